// Every answering page begins with this. It sends what waits on the device, and lets the page go on
// when the network is gone. Without service worker, IndexedDB or encryption it does nothing at all:
// the page works as it does without scripts.

const SECONDS_BETWEEN_TRIES = 15;
const SECONDS_TO_REACH = 4;
const QUESTION = /^\/svar\/(\d+)$/;
const STEPS = { "/send": "send", "/slet": "delete" };
const HELD_PLACES = new Set(["/gennemse", "/stop", "/pause"]);
const words = document.querySelector("script[data-offline]").dataset;

const isSupported =
  window.isSecureContext && "serviceWorker" in navigator && "indexedDB" in window &&
  Boolean(window.crypto?.subtle);

let ready; // a promise: whether this browser can keep anything; asked for once the page is there
let store; // outbox.js, once it is loaded
let outbox; // the device's store, once it is open
let sitting; // a promise of what the page needs without network
let pages; // the pages without network, once they have begun
let underway = null; // a promise while a pressed button is being seen to

// ---- sending what waits ----

let round = null;

/** Send what waits; calls while a round is under way share it. */
function deliver() {
  round ??= store.deliverAll(outbox, pages?.secrets)
    .then(async (found) => {
      await pages?.delivered(found);
      await showWaiting();
      return found;
    })
    .finally(() => {
      round = null;
    });
  return round;
}

async function tryToDeliver() {
  if (await store.countWaiting(outbox)) await deliver().catch(() => {});
  // Pages without network that owe the server nothing still want to know that it is back.
  else if (pages && (await isReachable())) pages.delivered({ reached: true, outcomes: new Map() });
}

async function showWaiting() {
  const count = await store.countWaiting(outbox);
  const text = (from) => (count === 1 ? from.one : from.many).replace("{count}", count);
  for (const link of document.querySelectorAll("[data-offline-retry]")) {
    // The stand-in page has the address of the page it stands in for.
    if (canBeOpened(location.pathname)) link.href = location.pathname;
  }
  for (const place of document.querySelectorAll("[data-offline-waiting]")) {
    place.hidden = false;
    place.textContent = count ? text(place.dataset) : place.dataset.none;
  }
  if (!pages && !document.querySelector("[data-offline-waiting]")) {
    say(count ? text(words) : "", "waiting");
  }
}

/** Say something calmly above the page's heading; an empty text takes it away. */
function say(text, kind) {
  let place = document.querySelector(`[data-offline-says="${kind}"]`);
  if (!text) return place?.remove();
  if (!place) {
    place = document.createElement("p");
    place.className = "alert alert-info";
    place.dataset.offlineSays = kind;
    place.setAttribute("role", "status");
    document.querySelector("main").prepend(place);
  }
  place.textContent = text;
}

// ---- leaving a page ----

function canBeOpened(path) {
  return QUESTION.test(path) || HELD_PLACES.has(path) || path === "/om" || path === "/tak";
}

function stepOf(form) {
  if (form.method !== "post") return null;
  const path = new URL(form.action).pathname;
  return QUESTION.test(path) ? "save" : STEPS[path] ?? null;
}

function fieldsOf(form, submitter) {
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  return fields;
}

/** Post a form; true when the server took it and the browser is on its way to the next page. */
async function postInPlace(form, submitter) {
  const body = new URLSearchParams(fieldsOf(form, submitter));
  const headers = { "X-In-Place": "1" };
  const reply = await store.fetchInTime(form.action, { method: "POST", headers, body });
  const next = reply.headers.get("X-Next");
  if (next) {
    location.assign(next);
    return true;
  }
  // A success without the next page's address, or a failure behind the server's front, comes from
  // somebody on the way: that counts as no network.
  if (reply.ok || reply.status >= 500) return false;
  // The server has something to say about it. It is said as without scripts: by its own page.
  submitAsWithoutScripts(form, submitter);
  return true;
}

function submitAsWithoutScripts(form, submitter) {
  if (submitter?.name) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(field);
  }
  HTMLFormElement.prototype.submit.call(form);
}

function onSubmit(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented) return; // another script's form
  const step = stepOf(form);
  if (!step && !pages) return;
  event.preventDefault();
  if (!step) pages.takeOther(form);
  else if (!underway) {
    // A second press while the first is under way changes nothing.
    underway = leave(form, step, submitter).finally(() => {
      underway = null;
    });
  }
}

async function leave(form, step, submitter) {
  if (!(await getReady())) return submitAsWithoutScripts(form, submitter);
  const isCleared = submitter?.name === "clear";
  if (pages) return pages.take(form, step, isCleared);
  if (await postInPlace(form, submitter).catch(() => false)) return;
  if (await goOffline(form)) await pages.take(form, step, isCleared);
  else say(words.noContact, "contact");
}

function onClick(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || !outbox || !isPlain || link.target || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname) return;
  // Leaving the page would lose its memory, so look first whether there is a page to go to; and
  // what was pressed before must have arrived.
  const isHeld = QUESTION.test(link.pathname) || HELD_PLACES.has(link.pathname);
  if (!pages && !underway && !(isHeld && tokenField())) return;
  event.preventDefault();
  follow(link);
}

async function follow(link) {
  await underway;
  if (pages || (!(await isReachable()) && (await goOffline()))) return pages.follow(link);
  location.assign(link.href);
}

async function isReachable() {
  if (!navigator.onLine) return false;
  const reply = await store.fetchInTime("/offline/net", {}, SECONDS_TO_REACH).catch(() => null);
  return reply?.status === 204;
}

// ---- going on without network ----

function tokenField(form) {
  return (form ?? document).querySelector('input[name="page"]');
}

/** Begin the pages without network; false where the page does not know enough for that. */
async function goOffline(form) {
  const found = (await sitting?.catch(() => null)) ?? (await (await import("./sitting.js")).recallSitting());
  if (!found) return false;
  // Another tab may have begun another questionnaire: its ticket must not take this page's answers.
  const place = QUESTION.exec(location.pathname)?.[1] ?? "whole";
  if (found.page_tokens[place] !== tokenField(form)?.value) return false;
  try {
    const { OfflinePages } = await import("./pages.js");
    say("", "contact");
    pages = new OfflinePages(found, outbox, deliver);
    return true;
  } catch {
    return false;
  }
}

// ---- beginning ----

function start() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  if (document.readyState === "complete") afterLoading();
  else window.addEventListener("load", afterLoading);
  // A shared tablet that ends by itself waits until what can be sent has been sent.
  document.addEventListener("page-ending", ({ detail }) => {
    detail.push(getReady().then((isReady) => isReady && tryToDeliver()));
  });
  // A page that comes back from the browser's memory may have been overtaken by later ones.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) prepare();
  });
}

/** Open the device's store; false where there is none, as in some private windows. */
function getReady() {
  ready ??= import("./outbox.js")
    .then(async (found) => {
      store = found;
      outbox = await store.openOutbox();
      return true;
    })
    .catch(() => false);
  return ready;
}

function afterLoading() {
  // What helps without network must not hold up the page itself.
  (window.requestIdleCallback ?? setTimeout)(async () => {
    if (!(await getReady())) return;
    prepare();
    navigator.serviceWorker.register("/service-worker.js").catch(() => {});
    window.addEventListener("online", async () => {
      await round?.catch(() => {}); // one that began without network must not stand for this one
      tryToDeliver();
    });
    document.addEventListener("visibilitychange", () => document.hidden || tryToDeliver());
    setInterval(tryToDeliver, SECONDS_BETWEEN_TRIES * 1000);
    await tryToDeliver();
    await showWaiting();
  });
}

function prepare() {
  if (!tokenField() && location.pathname !== "/om") return;
  sitting = import("./sitting.js").then((found) => found.loadSitting());
  sitting.catch(() => {});
  import("./pages.js").catch(() => {}); // so that it is there when the network is not
}

if (isSupported) start();
