// A shared tablet: a page asks whether somebody is still there, and leaves nothing of them behind.
(() => {
  "use strict";
  const { idle, grace, target, start } = document.currentScript.dataset;
  const idleTime = Number(idle) * 1000;
  const graceTime = Number(grace) * 1000;
  const question = document.querySelector("#still-there");
  let touchedAt = Date.now();
  let isEnding = false;
  let dialog = null;

  // Where nobody is answering, nothing is left of what their pages kept for a time without network.
  if (!question) sessionStorage.clear();

  // The clock is read rather than a timer trusted: a tablet that slept must not wake to the answers.
  const check = () => {
    const quiet = Date.now() - touchedAt;
    if (isEnding || quiet < idleTime) return;
    if (!question) leave(target);
    else if (quiet >= idleTime + graceTime) end();
    else ask();
  };

  const touch = () => {
    check();
    if (isEnding) return;
    // While the question stands, only its answer counts as being there; others gain a little time.
    touchedAt = dialog?.open ? Date.now() - idleTime : Date.now();
  };

  const ask = () => {
    if (!dialog) {
      document.body.append(question.content.cloneNode(true));
      dialog = document.body.lastElementChild;
      dialog.querySelector("button[type=button]").addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => { touchedAt = Date.now(); });
    }
    if (!dialog.open) dialog.showModal();
  };

  const end = async () => {
    const form = question.content.querySelector("form");
    isEnding = true;
    document.documentElement.hidden = true;
    // Answers that wait for the network go first: the draft they belong to is deleted next.
    const waitedFor = [];
    document.dispatchEvent(new CustomEvent("page-ending", { detail: waitedFor }));
    const patience = new Promise((resolve) => { setTimeout(resolve, 5000); });
    await Promise.race([Promise.allSettled(waitedFor), patience]);
    fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form), redirect: "manual", keepalive: true })
      .finally(() => leave(start));
  };

  const leave = (address) => {
    isEnding = true;
    document.documentElement.hidden = true;
    location.replace(address);
  };

  for (const kind of ["pointerdown", "keydown", "input", "wheel"]) {
    addEventListener(kind, touch, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", check);
  // A page kept for going back is shown again only as the server has it now.
  addEventListener("pagehide", () => { document.documentElement.hidden = true; });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  setInterval(check, 500);
})();
