// The packets that wait on this device, and their way to the server.
//
// Only sealed packets are written here: nobody can read the answers on the device, we ourselves
// included. A packet is removed when the server has said what became of it, and not before.

const NAME = "survey-offline";
const SECONDS_TO_WAIT = 8;
// Any of these statuses with an outcome is the server's word; all else is a bad connection.
const SETTLED = new Set([200, 202, 409, 410]);
const REFUSED = new Set([400, 413, 415]);

/** Open the device's store; rejects where there is none, as in some private windows. */
export function openOutbox() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("packets", { keyPath: "client_id" });
      opening.result.createObjectStore("device");
    };
    opening.onsuccess = () => {
      // Another tab with a newer version must not wait for this one.
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("blocked"));
  });
}

/** Run `act` in one transaction; resolves with its result once everything is on the disk. */
function transact(outbox, store, mode, act) {
  return new Promise((resolve, reject) => {
    const transaction = outbox.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

// What a full device would not take. It is sent like the others, while the page stays open.
const unwritten = new Map();

/** The waiting packets in the order they were made. The device's clock plays no part in it. */
async function waitingPackets(outbox) {
  const written = await transact(outbox, "packets", "readonly", (store) => store.getAll());
  const packets = [...written, ...unwritten.values()];
  return packets.sort((one, other) => one.position - other.position);
}

/** How many answers wait on this device. */
export async function countWaiting(outbox) {
  const packets = await waitingPackets(outbox);
  return packets.reduce((total, packet) => total + packet.answer_count, 0);
}

/**
 * Let the server know, by a cookie, that something waits here: a shared tablet that ends a sitting
 * by itself must then keep the draft that the waiting packets belong to.
 */
function noteUnsent(isWaiting) {
  const life = isWaiting ? "unsent=1; Max-Age=2592000" : "unsent=; Max-Age=0";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${life}; Path=/; SameSite=Strict${secure}`;
}

/** Add a packet in place of the page's earlier ones, which it contains; false if not on disk. */
export async function addPacket(outbox, packet) {
  const packets = await waitingPackets(outbox);
  const position = 1 + Math.max(0, ...packets.map((earlier) => earlier.position));
  const contained = packets.filter((earlier) => earlier.page === packet.page);
  contained.forEach((earlier) => unwritten.delete(earlier.client_id));
  noteUnsent(true);
  try {
    await transact(outbox, "packets", "readwrite", (store) => {
      contained.forEach((earlier) => store.delete(earlier.client_id));
      return store.put({ ...packet, position });
    });
    return true;
  } catch {
    unwritten.set(packet.client_id, { ...packet, position });
    return false;
  }
}

async function removePacket(outbox, clientId) {
  unwritten.delete(clientId);
  await transact(outbox, "packets", "readwrite", (store) => store.delete(clientId));
}

/** The random name this device reports under; it says nothing about device or person. */
async function deviceId(outbox) {
  const known = await transact(outbox, "device", "readonly", (store) => store.get("id"));
  if (known) return known;
  const made = crypto.randomUUID();
  await transact(outbox, "device", "readwrite", (store) => store.put(made, "id"));
  return made;
}

/** Fetch, and give up after a while: a network that hangs is no network. */
export async function fetchInTime(address, options = {}, seconds = SECONDS_TO_WAIT) {
  const watch = new AbortController();
  const timer = setTimeout(() => watch.abort(), seconds * 1000);
  try {
    return await fetch(address, { ...options, signal: watch.signal, cache: "no-store" });
  } finally {
    clearTimeout(timer);
  }
}

function post(address, content) {
  const headers = { "Content-Type": "application/json" };
  return fetchInTime(address, { method: "POST", headers, body: JSON.stringify(content) });
}

/** What the server said became of a packet; null where it was not reached. */
async function deliverOne(packet, pageSecret) {
  const { client_id, content_hash, ticket, sealed } = packet;
  try {
    const content = { client_id, content_hash, ticket, sealed, page_secret: pageSecret };
    const reply = await post("/offline/answers", content);
    if (!SETTLED.has(reply.status) && !REFUSED.has(reply.status)) return null;
    return (await reply.json()).outcome ?? null;
  } catch {
    return null; // no network, or somebody else answered in the server's place
  }
}

const refusedHere = new Set();

/**
 * Send what waits, in order, until all is sent or the network is gone.
 *
 * `pageSecrets` gives, by packet id, the secret of packets this very page made: it proves that the
 * same person still sits here. Returns whether the server was reached, and the outcomes by id.
 */
export async function deliverAll(outbox, pageSecrets = new Map()) {
  const outcomes = new Map();
  const tickets = new Map();
  let reached = false;
  for (;;) {
    const packets = await waitingPackets(outbox);
    packets.forEach(({ ticket }) => tickets.set(waveOf(ticket), ticket));
    const packet = packets.find(({ client_id }) => !refusedHere.has(client_id));
    if (!packet) break;
    const outcome = await deliverOne(packet, pageSecrets.get(packet.client_id));
    reached = outcome !== null;
    if (!reached) break;
    outcomes.set(packet.client_id, outcome);
    // A refused packet stays on the device: a later version of the service may know better.
    if (outcome === "refused") refusedHere.add(packet.client_id);
    else await removePacket(outbox, packet.client_id);
  }
  noteUnsent((await waitingPackets(outbox)).length > 0);
  await report(outbox, [...tickets.values()]).catch(() => {});
  return { reached, outcomes };
}

/** The part of a ticket that names the wave. */
function waveOf(ticket) {
  return ticket.slice(0, 21);
}

/** Tell the server how many answers still wait, per wave; and once more when none do. */
async function report(outbox, tickets) {
  if (!tickets.length) return;
  const left = await waitingPackets(outbox);
  const told = (await transact(outbox, "device", "readonly", (store) => store.get("told"))) ?? {};
  for (const ticket of tickets) {
    const wave = waveOf(ticket);
    const count = left
      .filter((packet) => waveOf(packet.ticket) === wave)
      .reduce((total, packet) => total + packet.answer_count, 0);
    if (count === (told[wave] ?? 0)) continue;
    const content = { ticket, device_id: await deviceId(outbox), count };
    const reply = await post("/offline/waiting", content);
    if (reply.ok) told[wave] = count;
  }
  await transact(outbox, "device", "readwrite", (store) => store.put(told, "told"));
}
