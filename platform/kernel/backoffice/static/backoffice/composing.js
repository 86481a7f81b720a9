// Shows what a mode amounts to while its rules are being written.
(() => {
  "use strict";
  const form = document.querySelector("form[data-composed]");
  const seen = document.getElementById("seen");
  if (!form || !seen) return;
  const PAUSE = 500;
  let waiting = 0;
  let latest = 0;

  const look = async () => {
    const mine = ++latest;
    const answer = await fetch(form.dataset.composed, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (answer.ok && mine === latest) seen.innerHTML = await answer.text();
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
})();
