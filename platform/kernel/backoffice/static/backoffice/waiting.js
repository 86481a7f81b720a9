// Looks again how far something is, and shows the page anew once it is done.
(() => {
  "use strict";
  const PAUSE = 2000;
  const look = async () => {
    const shown = document.getElementById("waiting");
    if (!shown) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("waiting");
      if (answer.ok && !now) { location.reload(); return; }
      if (now) shown.innerHTML = now.innerHTML;
    } catch { /* the next look may get through */ }
    setTimeout(look, PAUSE);
  };
  setTimeout(look, PAUSE);
})();
