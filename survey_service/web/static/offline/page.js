// Every answering page begins with this. It sends what waits on the device, and lets the page go on
// when the network is gone. Without service worker, IndexedDB or encryption it does nothing at all:
// the page works as it does without scripts.

import { countWaiting, deliverAll, fetchInTime, openOutbox } from "./outbox.js";
import { loadSitting, recallSitting } from "./sitting.js";

const SECONDS_BETWEEN_TRIES = 30;
const SECONDS_TO_REACH = 4;
const QUESTION = /^\/svar\/(\d+)$/;
const STEPS = { "/send": "send", "/slet": "delete" };
const HELD_PLACES = new Set(["/gennemse", "/stop", "/pause"]);
const words = document.querySelector("script[data-offline]").dataset;

const isSupported =
  window.isSecureContext && "serviceWorker" in navigator && "indexedDB" in window &&
  Boolean(window.crypto?.subtle);

let outbox; // set once the device's store is open; until then every form goes its usual way
let sitting; // a promise of what the page needs without network
let pages; // the pages without network, once they have begun
let isBusy = false;

// ---- sending what waits ----

let round = null;

/** Send what waits; calls while a round is under way share it. */
function deliver() {
  round ??= deliverAll(outbox, pages?.secrets)
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
  if (await countWaiting(outbox)) await deliver().catch(() => {});
  // Pages without network that owe the server nothing still want to know that it is back.
  else if (pages && (await isReachable())) pages.delivered({ reached: true, outcomes: new Map() });
}

async function showWaiting() {
  const count = await countWaiting(outbox);
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
  const reply = await fetchInTime(form.action, { method: "POST", headers, body });
  const next = reply.headers.get("X-Next");
  if (next) {
    location.assign(next);
    return true;
  }
  // A success without the next page's address, or a failure behind the server's front, comes from
  // somebody on the way: that counts as no network.
  if (reply.ok || reply.status >= 500) return false;
  // The server has something to say about it. It is said as without scripts: by its own page.
  if (submitter?.name) addHidden(form, submitter);
  HTMLFormElement.prototype.submit.call(form);
  return true;
}

function addHidden(form, submitter) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: submitter.name, value: submitter.value });
  form.append(field);
}

async function onSubmit(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented) return; // another script's form
  const step = stepOf(form);
  if (!step && !pages) return;
  event.preventDefault();
  if (!step) return pages.takeOther(form);
  if (isBusy) return; // a second press while the first is under way
  isBusy = true;
  try {
    if (pages) return await pages.take(form, step, submitter?.name === "clear");
    if (await postInPlace(form, submitter).catch(() => false)) return;
    if (await goOffline(form)) await pages.take(form, step, submitter?.name === "clear");
    else say(words.noContact, "contact");
  } finally {
    isBusy = false;
  }
}

async function onClick(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || !outbox || !isPlain || link.target || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname) return;
  const isHeld = QUESTION.test(link.pathname) || HELD_PLACES.has(link.pathname);
  if (pages) {
    event.preventDefault();
    return pages.follow(link);
  }
  // Leaving the page would lose its memory, so look first whether there is a page to go to.
  if (!isHeld || !tokenField() || isBusy) return;
  event.preventDefault();
  isBusy = true;
  try {
    if ((await isReachable()) || !(await goOffline())) return location.assign(link.href);
    await pages.follow(link);
  } finally {
    isBusy = false;
  }
}

async function isReachable() {
  if (!navigator.onLine) return false;
  const reply = await fetchInTime("/offline/net", {}, SECONDS_TO_REACH).catch(() => null);
  return reply?.status === 204;
}

// ---- going on without network ----

function tokenField(form) {
  return (form ?? document).querySelector('input[name="page"]');
}

/** Begin the pages without network; false where the page does not know enough for that. */
async function goOffline(form) {
  const found = (await sitting) ?? (await recallSitting());
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

async function start() {
  try {
    outbox = await openOutbox();
  } catch {
    return;
  }
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  window.addEventListener("online", tryToDeliver);
  document.addEventListener("visibilitychange", () => document.hidden || tryToDeliver());
  setInterval(tryToDeliver, SECONDS_BETWEEN_TRIES * 1000);
  // A page that comes back from the browser's memory may have been overtaken by later ones.
  window.addEventListener("pageshow", (event) => {
    isBusy = false;
    if (event.persisted) prepare();
  });
  if (document.readyState === "complete") afterLoading();
  else window.addEventListener("load", afterLoading);
}

function afterLoading() {
  // What helps without network must not hold up the page itself.
  (window.requestIdleCallback ?? setTimeout)(async () => {
    prepare();
    navigator.serviceWorker.register("/service-worker.js").catch(() => {});
    await tryToDeliver();
    await showWaiting();
  });
}

function prepare() {
  if (!document.querySelector('form input[name="page"]') && location.pathname !== "/om") return;
  sitting = loadSitting();
  import("./pages.js").catch(() => {}); // so that it is there when the network is not
}

if (isSupported) start();
