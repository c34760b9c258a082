// What an open page knows, so that it can go on without network: the ticket to send answers by, the
// questionnaire's pages, and the answers of this sitting.

const KEPT_UNDER = "offline-sitting";

async function fetchJson(address, options) {
  const reply = await fetch(address, options);
  if (!reply.ok || reply.redirected) throw new Error(`${reply.status}`);
  return reply.json();
}

/** Learn what the page needs while there is network; null where nobody is answering. */
export async function loadSitting() {
  try {
    const sitting = await fetchJson("/offline/sitting", { cache: "no-store" });
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

// The service worker keeps these, so they come without network as well.
async function loadQuestions(sitting) {
  return { questionnaire: await fetchJson(sitting.questions) };
}
