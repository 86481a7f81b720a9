// Drawer, copying, and progress. Every page works without it.
(() => {
  "use strict";
  const root = document.documentElement;

  const button = document.querySelector("[data-menu]");
  const menu = document.getElementById("menu");
  if (button && menu) {
    const set = (open) => {
      root.classList.add("menu-moved");
      root.classList.toggle("menu-open", open);
      button.setAttribute("aria-expanded", String(open));
      if (open) menu.querySelector("a")?.focus();
    };
    button.addEventListener("click", () => set(!root.classList.contains("menu-open")));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && root.classList.contains("menu-open")) {
        set(false);
        button.focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (root.classList.contains("menu-open") && !menu.contains(event.target) && !button.contains(event.target)) set(false);
    });
  }

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.person[open]")) {
      if (!open.contains(event.target)) open.removeAttribute("open");
    }
    if (event.target.closest("[data-print]")) window.print();
    const copy = event.target.closest("[data-copy]");
    if (!copy) return;
    const text = copy.dataset.copy;
    const done = () => {
      const before = copy.textContent;
      copy.textContent = copy.dataset.copied;
      setTimeout(() => { copy.textContent = before; }, 1500);
    };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, () => {});
      return;
    }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  });

  // A part marked data-live is asked for again until it is no longer marked.
  const refresh = async () => {
    const part = document.querySelector("[data-live]");
    if (!part) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-part='" + part.dataset.part + "']");
        // Done: the menu and the messages may have changed with it.
        if (fresh && !fresh.hasAttribute("data-live")) { location.reload(); return; }
        if (fresh) part.replaceWith(fresh);
      }
    } catch { /* the next round asks again */ }
    setTimeout(refresh, 300);
  };
  setTimeout(refresh, 250);

  // The bell: how much is new, and a sound when there is more than before.
  const bell = document.querySelector("[data-bell]");
  const sound = document.querySelector("[data-bell-sound]");
  const rings = () => localStorage.getItem("bell-sound") !== "off";
  if (sound) {
    sound.checked = rings();
    sound.addEventListener("change", () => {
      localStorage.setItem("bell-sound", sound.checked ? "on" : "off");
      if (sound.checked) ring();
    });
  }
  const ring = () => {
    try {
      const audio = new AudioContext();
      [880, 1320].forEach((pitch, place) => {
        const tone = audio.createOscillator();
        const gain = audio.createGain();
        const at = audio.currentTime + place * 0.18;
        tone.frequency.value = pitch;
        gain.gain.setValueAtTime(0.2, at);
        gain.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
        tone.connect(gain).connect(audio.destination);
        tone.start(at);
        tone.stop(at + 0.4);
      });
    } catch { /* a browser without sound */ }
  };
  const listen = async () => {
    if (document.visibilityState === "visible" || rings()) {
      try {
        const answer = await fetch(bell.dataset.bell, { headers: { Accept: "application/json" } });
        if (answer.status === 403) return;
        const { unread } = await answer.json();
        const count = bell.querySelector("[data-bell-count]");
        count.textContent = unread > 99 ? "99+" : String(unread);
        count.hidden = unread === 0;
        const before = sessionStorage.getItem("bell-unread");
        if (before !== null && unread > Number(before) && rings()) ring();
        sessionStorage.setItem("bell-unread", String(unread));
      } catch { /* the next round asks again */ }
    }
    setTimeout(listen, 20000);
  };
  if (bell) listen();

  // One box ticks all the others of its form.
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (!all) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${all.dataset.all}"]`)) box.checked = all.checked;
  });

  // The tab that one is on stands where it can be seen.
  const tabs = document.querySelector(".tabs");
  const current = tabs?.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;

  // Sending twice does nothing twice, but it confuses.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const sender = event.submitter;
    if (sender) sender.setAttribute("aria-busy", "true");
    setTimeout(() => { delete form.dataset.sent; sender?.removeAttribute("aria-busy"); }, 4000);
  });
})();
