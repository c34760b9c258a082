// Sealing answers so that only the server can open them, and only while the wave is open:
// ECDH on P-256 with a key made for one packet, HKDF-SHA256, AES-256-GCM.

const PADDED_TO = 1024; // so that a packet's size tells little about what is in it

function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function join(...parts) {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Seal `content` for the wave whose public key this is, bound to the ticket and the packet's id.
 * Returns the sealed bytes in base64 and their SHA-256 in hexadecimal digits.
 */
export async function seal(publicKey, ticket, clientId, content) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const subtle = crypto.subtle;
  const receiver = await subtle.importKey("raw", fromBase64(publicKey), curve, false, []);
  const pair = await subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const secret = await subtle.deriveBits({ name: "ECDH", public: receiver }, pair.privateKey, 256);
  const material = await subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const text = new TextEncoder();
  const key = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: point, info: text.encode("offline answers") },
    material, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const bytes = text.encode(JSON.stringify(content));
  const padded = new Uint8Array(Math.ceil(bytes.length / PADDED_TO) * PADDED_TO).fill(32);
  padded.set(bytes);
  const additionalData = text.encode(`${ticket}.${clientId}`);
  const ciphertext = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, padded);
  const sealed = join(point, nonce, new Uint8Array(ciphertext));
  const hash = new Uint8Array(await subtle.digest("SHA-256", sealed));
  const content_hash = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { sealed: toBase64(sealed), content_hash };
}
