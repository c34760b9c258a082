// Looks again how far the work is, for as long as it goes on. Without this there is a link.
(() => {
  "use strict";

  const MILLISECONDS_BETWEEN_LOOKS = 1000;

  const look = async () => {
    const shown = document.getElementById("job");
    if (!shown.dataset.reload) return;
    try {
      const answer = await fetch(shown.dataset.reload, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("job");
      if (!found) return void location.reload(); // signed out meanwhile
      replace(shown, found);
    } catch {
      // without a connection: the next look may have one
    }
    setTimeout(look, MILLISECONDS_BETWEEN_LOOKS);
  };

  // Whoever stands on a button of this page stays there: only what changed is exchanged.
  const replace = (shown, found) => {
    if (!found.dataset.reload) return void shown.replaceWith(found);
    for (const part of ["[role=status]", ".hint"]) {
      const [before, after] = [shown.querySelector(part), found.querySelector(part)];
      if (before && after && before.textContent !== after.textContent) before.textContent = after.textContent;
    }
    const [bar, now] = [shown.querySelector("progress"), found.querySelector("progress")];
    if (now.hasAttribute("value")) bar.value = now.value;
    else bar.removeAttribute("value");
  };

  setTimeout(look, MILLISECONDS_BETWEEN_LOOKS);
})();
