// What an open page knows, so that it can go on without network: the ticket to send answers by, the
// questionnaire's pages, and the answers of this sitting.

const KEPT_UNDER = "offline-sitting";
const QUESTIONS = "questions"; // the service worker leaves this cache alone

/** Learn what the page needs while there is network; null where nobody is answering. */
export async function loadSitting() {
  try {
    // What stays the same for the whole sitting is asked for once: data can be dear.
    const kept = JSON.parse(sessionStorage.getItem(KEPT_UNDER)) ?? {};
    const known = encodeURIComponent(kept.page_tokens?.whole ?? "");
    const reply = await fetch(`/offline/sitting?known=${known}`, { cache: "no-store" });
    if (!reply.ok || reply.redirected) return null;
    const sitting = { ...kept, ...(await reply.json()) };
    // Kept for the tab's next page, in case the network goes before that page has asked. Neither
    // answers nor the withdrawal code are among it: what is kept may end up on the disk.
    const { answers, hidden, withdrawal_code, ...rest } = sitting;
    sessionStorage.setItem(KEPT_UNDER, JSON.stringify(rest));
    return { ...sitting, known: true, ...(await loadQuestions(sitting)) };
  } catch {
    return null;
  }
}

/** What this tab's earlier page learned, without any answers; null where there was none. */
export async function recallSitting() {
  try {
    const rest = JSON.parse(sessionStorage.getItem(KEPT_UNDER));
    const sitting = { ...rest, answers: {}, hidden: [], withdrawal_code: null, known: false };
    return { ...sitting, ...(await loadQuestions(rest)) };
  } catch {
    return null;
  }
}

/** Forget what was kept, as when somebody leaves the device to the next person. */
export function forgetSitting() {
  sessionStorage.removeItem(KEPT_UNDER);
}

// A questionnaire's pages stay the same as long as their address does, so they are asked for once.
// Of each questionnaire's version only the latest pages are kept.
async function loadQuestions({ questions: address }) {
  const cache = await caches.open(QUESTIONS);
  const kept = await cache.match(address);
  if (kept) return { questionnaire: await kept.json() };
  const reply = await fetch(address);
  if (!reply.ok || reply.redirected) throw new Error(`${reply.status}`);
  const pinned = (url) => new URL(url).pathname.split("/").slice(4).join("/");
  for (const earlier of await cache.keys()) {
    if (pinned(earlier.url) === pinned(reply.url)) await cache.delete(earlier);
  }
  await cache.put(address, reply.clone());
  return { questionnaire: await reply.json() };
}
