// Keeps what the pages share (style, fonts, scripts) and stands in with
// a page of its own where there is no network. It never keeps a page with somebody's answers.
// KEPT is put in front of this by the server: version, files and the stand-in page.

const SHARED = `shared-${KEPT.version}`;
const QUESTIONS = "questions"; // filled by the pages, see sitting.js
const WORKSPACE = "/arbejdsrum";

self.addEventListener("install", (event) => {
  const files = [...KEPT.files, KEPT.shell].map(
    // Asked for without cookies: what is kept is the same for everybody.
    (address) => new Request(address, { credentials: "omit", cache: "no-cache" }),
  );
  event.waitUntil(
    caches.open(SHARED).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOthers().then(() => self.clients.claim()));
});

async function removeOthers() {
  for (const name of await caches.keys()) {
    if (name !== SHARED && name !== QUESTIONS) await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!address.pathname.startsWith(WORKSPACE)) event.respondWith(openPage(request));
  } else if (request.method === "GET" && /^\/(static|offline\/scripts)\//.test(address.pathname)) {
    event.respondWith(openShared(request));
  }
});

async function openPage(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const standIn = await caches.match(KEPT.shell, { cacheName: SHARED });
    if (standIn) return standIn;
    throw error;
  }
}

async function openShared(request) {
  return (await caches.match(request, { cacheName: SHARED })) ?? fetch(request);
}
