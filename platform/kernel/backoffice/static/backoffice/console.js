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

  // A shop that is being opened: asked about until it answers. The page is not loaded anew,
  // because it shows a password that is shown once.
  const opening = document.querySelector("[data-progress]");
  const follow = async () => {
    let state = "working";
    try {
      const answer = await fetch(opening.dataset.progress, { headers: { Accept: "application/json" } });
      if (answer.ok) state = (await answer.json()).state;
    } catch { /* the next round asks again */ }
    for (const part of opening.querySelectorAll("[data-while]")) part.hidden = part.dataset.while !== state;
    if (state === "working") setTimeout(follow, 250);
  };
  if (opening) follow();

  // The palette: any page of the menu, and what the console finds, by a few letters.
  const palette = document.getElementById("palette");
  if (palette) {
    const input = palette.querySelector("input");
    const list = palette.querySelector("ul");
    const pages = [...document.querySelectorAll("#menu a")].map((link) => ({ label: link.textContent.trim(), path: link.getAttribute("href"), hint: "" }));
    let marked = 0, asked = 0;
    const mark = (place) => {
      const rows = [...list.querySelectorAll("a")];
      marked = rows.length ? (place + rows.length) % rows.length : 0;
      rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === marked)));
      rows[marked]?.scrollIntoView({ block: "nearest" });
      if (rows[marked]) input.setAttribute("aria-activedescendant", rows[marked].id);
    };
    const show = (found) => {
      list.replaceChildren(...found.map((each, number) => {
        const row = document.createElement("li"), link = document.createElement("a"), hint = document.createElement("span");
        link.href = each.path;
        link.id = "palette-" + number;
        link.setAttribute("role", "option");
        link.textContent = each.label;
        hint.textContent = each.hint;
        link.append(hint);
        row.setAttribute("role", "presentation");
        row.append(link);
        return row;
      }));
      palette.querySelector("p").hidden = found.length > 0;
      mark(0);
    };
    const look = async () => {
      const text = input.value.trim().toLowerCase(), turn = ++asked;
      const fitting = pages.filter((each) => each.label.toLowerCase().includes(text));
      show(fitting);
      if (!text || !palette.dataset.source) return;
      try {
        const answer = await fetch(palette.dataset.source + "?q=" + encodeURIComponent(text));
        if (answer.ok && turn === asked) show([...fitting, ...(await answer.json()).items]);
      } catch { /* the menu's own pages are there */ }
    };
    const start = () => { if (!palette.open) { input.value = ""; look(); palette.showModal(); input.focus(); } };
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); start(); }
    });
    document.querySelector("[data-palette]")?.addEventListener("click", start);
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); mark(marked + 1); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark(marked - 1); }
      if (event.key === "Enter") { event.preventDefault(); list.querySelectorAll("a")[marked]?.click(); }
    });
  }

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
