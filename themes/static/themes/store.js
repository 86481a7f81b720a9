/* The storefront's own elements. Every one of them stands on a page that works without it. */

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/* Two buttons beside a list that scrolls; turns by itself when it is asked to. */
class ShopCarousel extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ul");
    this.buttons = [...this.querySelectorAll(":scope > [data-go]")];
    for (const button of this.buttons) {
      button.hidden = false;
      button.addEventListener("click", () => this.go(Number(button.dataset.go)));
    }
    this.list.addEventListener("scroll", () => requestAnimationFrame(() => this.show()), { passive: true });
    this.show();
    const seconds = Number(this.dataset.seconds || 0);
    if (seconds && !still) this.turn(seconds);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  turn(seconds) {
    const held = () => this.matches(":hover, :focus-within") || document.hidden;
    this.timer = setInterval(() => {
      if (held()) return;
      if (this.atEnd()) this.list.scrollTo({ left: 0, behavior: "smooth" });
      else this.go(1);
    }, seconds * 1000);
  }

  go(by) {
    const step = this.list.classList.contains("rail") ? this.list.clientWidth * 0.8 : this.list.clientWidth;
    this.list.scrollBy({ left: by * step, behavior: still ? "auto" : "smooth" });
  }

  atEnd() {
    return this.list.scrollLeft + this.list.clientWidth >= this.list.scrollWidth - 4;
  }

  show() {
    for (const button of this.buttons) {
      button.disabled = Number(button.dataset.go) < 0 ? this.list.scrollLeft < 4 : this.atEnd();
    }
  }
}

/* Pictures that scroll, with small ones to choose from. */
class ShopGallery extends HTMLElement {
  connectedCallback() {
    this.main = this.querySelector(".gallery-main");
    this.thumbs = [...this.querySelectorAll(".gallery-thumbs a")];
    this.thumbs.forEach((thumb, index) =>
      thumb.addEventListener("click", (event) => {
        event.preventDefault();
        this.show(index);
      }),
    );
    this.main.addEventListener("scroll", () => requestAnimationFrame(() => this.mark()), { passive: true });
  }

  show(index) {
    this.main.scrollTo({ left: index * this.main.clientWidth, behavior: still ? "auto" : "smooth" });
  }

  showPicture(id) {
    const index = [...this.main.children].findIndex((each) => each.dataset.picture === id);
    if (index >= 0) this.show(index);
  }

  mark() {
    const index = Math.round(this.main.scrollLeft / Math.max(1, this.main.clientWidth));
    this.thumbs.forEach((thumb, at) => {
      if (at === index) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  }
}

/* Says what the chosen options cost and whether they are there. */
class ShopVariants extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    const facts = JSON.parse(this.querySelector("[data-variants]").textContent);
    this.variants = facts.variants;
    this.words = facts.words;
    this.form.addEventListener("change", (event) => {
      if (event.target.type === "radio") this.show(true);
    });
    this.show(false);
  }

  chosen() {
    const options = {};
    for (const [name, value] of new FormData(this.form)) {
      if (name.startsWith("option-")) options[name.slice(7)] = value;
    }
    return options;
  }

  fitting(options) {
    return this.variants.find((each) => Object.entries(options).every(([name, value]) => each.options[name] === value));
  }

  show(turned) {
    const options = this.chosen();
    const variant = this.fitting(options);
    for (const input of this.form.querySelectorAll("input[type=radio]")) {
      const other = this.fitting({ ...options, [input.name.slice(7)]: input.value });
      input.closest("label").classList.toggle("gone", !other || !other.is_sellable);
    }
    const sellable = Boolean(variant && variant.is_sellable);
    for (const button of this.form.querySelectorAll(".buy-bar button")) button.disabled = !sellable;
    const stock = this.querySelector("[data-stock]");
    if (!variant) stock.textContent = this.words.none;
    else if (!variant.is_sellable) stock.textContent = this.words.sold_out;
    else stock.textContent = variant.few ? this.words.few.replace("%(n)s", variant.few) : variant.ahead;
    if (!variant) return;
    if (turned && variant.price) this.price(variant);
    if (turned && variant.picture) this.closest("article")?.querySelector("shop-gallery")?.showPicture(variant.picture);
  }

  price(variant) {
    const place = this.querySelector("[data-price] .price");
    const now = document.createElement("strong");
    now.textContent = variant.price;
    place.replaceChildren(now);
    if (variant.compare_at) {
      const before = document.createElement("s");
      before.textContent = variant.compare_at;
      place.append(" ", before);
    }
    if (variant.also) {
      const also = document.createElement("span");
      also.className = "also";
      also.textContent = variant.also;
      place.append(" ", also);
    }
  }
}

/* A number with a button on each side. */
class ShopQuantity extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    for (const button of this.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        if (Number(button.dataset.step) < 0) this.input.stepDown();
        else this.input.stepUp();
        this.input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  }
}

/* A dialog that comes up from below; without script its content stands on the page. */
class ShopSheet extends HTMLElement {
  connectedCallback() {
    const dialog = this.querySelector("dialog");
    for (const opener of document.querySelectorAll(`[data-sheet="${this.id}"]`)) {
      opener.addEventListener("click", (event) => {
        event.preventDefault();
        dialog.showModal();
      });
    }
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}

/* A form that sends itself when something in it changes. */
class ShopAuto extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => event.target.form?.requestSubmit());
  }
}

/* Puts the parts of another answer of this page in place of those that stand here. */
function swapParts(text) {
  const answer = new DOMParser().parseFromString(text, "text/html");
  const held = document.activeElement;
  const mark = held?.id ? `#${CSS.escape(held.id)}` : held?.name && `[name="${CSS.escape(held.name)}"][value="${CSS.escape(held.value)}"]`;
  for (const part of document.querySelectorAll("[data-part]")) {
    const fresh = answer.getElementById(part.id);
    if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
  }
  if (mark && !document.contains(held)) document.querySelector(mark)?.focus();
}

/* Whether a choice differs from the one that the page came with. */
function isTouched(control) {
  if (control.options) {
    const given = [...control.options].findIndex((each) => each.defaultSelected);
    return control.selectedIndex !== Math.max(given, 0);
  }
  return /radio|checkbox/.test(control.type) ? control.checked !== control.defaultChecked : control.value !== control.defaultValue;
}

/* A form whose later parts follow from the earlier ones: asks for them as soon as one changes. */
class ShopLive extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-live]")) this.update(event.target.form);
    });
    // What was chosen before this script had come, or is put back by the browser.
    const early = [...this.querySelectorAll("[data-live]")].find(isTouched);
    if (early) this.update(early.form);
  }

  async update(form) {
    const wishes = new FormData(form);
    wishes.set("do", "update");
    const number = (this.number = (this.number || 0) + 1);
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: wishes, credentials: "same-origin" });
      const text = await answer.text();
      if (answer.redirected) location.assign(answer.url);
      else if (number === this.number) swapParts(text);
    } finally {
      if (number === this.number) this.removeAttribute("aria-busy");
    }
  }
}

/* Looks again every few seconds, as long as it stands on the page. */
class ShopWait extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.look(), 4000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async look() {
    if (document.hidden) return;
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.ok) swapParts(await answer.text());
  }
}

/* Goes on to another page, which takes this one's place in the history. */
class ShopLeave extends HTMLElement {
  connectedCallback() {
    location.replace(this.dataset.href);
  }
}

/* A text that can be taken along by one tap. */
class ShopCopy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    const input = this.querySelector("input");
    const label = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(input.value);
      button.textContent = button.dataset.copied;
      setTimeout(() => (button.textContent = label), 2000);
    });
  }
}

/* Takes over where the buyer is, when he asks for it. */
class ShopPosition extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.geolocation) return;
    const [latitude, longitude] = this.querySelectorAll("input");
    button.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          latitude.value = coords.latitude.toFixed(6);
          longitude.value = coords.longitude.toFixed(6);
          button.textContent = button.dataset.found;
          button.disabled = false;
          longitude.dispatchEvent(new Event("change", { bubbles: true }));
        },
        () => {
          button.textContent = button.dataset.lost;
          button.disabled = false;
        },
        { enableHighAccuracy: true, timeout: 10000 },
      );
    });
  }
}

/* Counts down to a moment; without script the moment stands there. */
class ShopCountdown extends HTMLElement {
  connectedCallback() {
    this.until = Date.parse(this.dataset.until);
    if (Number.isNaN(this.until)) return;
    this.querySelector("[data-ends]").hidden = true;
    this.querySelector("[data-clock]").hidden = false;
    this.timer = setInterval(() => this.show(), 1000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const left = Math.max(0, Math.floor((this.until - Date.now()) / 1000));
    if (!left) {
      clearInterval(this.timer);
      this.hidden = true;
      return;
    }
    const parts = { d: Math.floor(left / 86400), h: Math.floor(left / 3600) % 24, m: Math.floor(left / 60) % 60, s: left % 60 };
    for (const [unit, number] of Object.entries(parts)) {
      this.querySelector(`[data-unit=${unit}]`).textContent = String(number).padStart(2, "0");
    }
  }
}

/* A dialog that opens by itself, once in some days. */
class ShopPopup extends HTMLElement {
  connectedCallback() {
    const dialog = this.querySelector("dialog");
    const key = `popup:${this.dataset.key}`;
    if (Date.now() - Number(remembered(key)) < Number(this.dataset.days) * 86400000) return;
    this.timer = setTimeout(() => {
      if (document.querySelector("dialog[open]")) return;
      remember(key, Date.now());
      dialog.showModal();
    }, Number(this.dataset.seconds) * 1000);
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
}

/* One panel at a time, chosen above; without script they stand one below the other. */
class ShopTabs extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector("[data-tabs]");
    if (!list) return;
    this.tabs = [...list.children];
    this.panels = this.tabs.map((tab) => this.querySelector(`#${CSS.escape(tab.dataset.for)}`));
    list.setAttribute("role", "tablist");
    list.hidden = false;
    this.classList.add("is-tabbed");
    this.tabs.forEach((tab, index) => {
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", tab.dataset.for);
      this.panels[index].setAttribute("role", "tabpanel");
      this.panels[index].setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => this.show(index));
    });
    list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.show((this.at + by + this.tabs.length) % this.tabs.length);
      this.tabs[this.at].focus();
    });
    this.show(0);
  }

  show(index) {
    this.at = index;
    this.tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      this.panels[at].hidden = at !== index;
    });
  }
}

/* Shows a picture large, above the page; without script its link leads to it. */
class ShopLightbox extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest("[data-large]");
      if (!link || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      this.open(link);
    });
  }

  open(link) {
    const dialog = Object.assign(document.createElement("dialog"), { className: "lightbox" });
    const close = Object.assign(document.createElement("button"), { className: "round", textContent: "×" });
    const picture = Object.assign(document.createElement("img"), { src: link.href, alt: link.querySelector("img").alt });
    close.setAttribute("aria-label", this.dataset.close);
    dialog.append(picture, close);
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    this.append(dialog);
    dialog.showModal();
  }
}

/* A film that plays by itself while it is seen, for who does not ask for less motion. */
class ShopVideo extends HTMLElement {
  connectedCallback() {
    const video = this.querySelector("video");
    if (this.dataset.plays === undefined || still) return;
    this.watch = new IntersectionObserver(([seen]) => {
      if (seen.isIntersecting) video.play().catch(() => {});
      else video.pause();
    });
    this.watch.observe(this);
  }

  disconnectedCallback() {
    this.watch?.disconnect();
  }
}

/* Small things that this browser remembers, where it may. */
function remembered(key) {
  try {
    return localStorage.getItem(key) || 0;
  } catch {
    return 0;
  }
}
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch { /* it opens again */ }
}

customElements.define("shop-countdown", ShopCountdown);
customElements.define("shop-popup", ShopPopup);
customElements.define("shop-tabs", ShopTabs);
customElements.define("shop-lightbox", ShopLightbox);
customElements.define("shop-video", ShopVideo);
customElements.define("shop-carousel", ShopCarousel);
customElements.define("shop-gallery", ShopGallery);
customElements.define("shop-variants", ShopVariants);
customElements.define("shop-quantity", ShopQuantity);
customElements.define("shop-sheet", ShopSheet);
customElements.define("shop-auto", ShopAuto);
customElements.define("shop-live", ShopLive);
customElements.define("shop-wait", ShopWait);
customElements.define("shop-leave", ShopLeave);
customElements.define("shop-copy", ShopCopy);
customElements.define("shop-position", ShopPosition);

/* Proposes searches below a field while somebody types; without it the field is a plain form. */
function suggestIn(input) {
  let timer = 0;
  let asked = "";
  const show = async () => {
    const text = input.value.trim();
    if (!text || text === asked) return;
    asked = text;
    const answer = await fetch(`/search/suggest/?q=${encodeURIComponent(text)}`);
    if (!answer.ok || asked !== text) return;
    const { items } = await answer.json();
    const options = items.map((each) => Object.assign(document.createElement("option"), { value: each }));
    input.list.replaceChildren(...options);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 180);
  });
}
for (const input of document.querySelectorAll("input[data-suggest]")) suggestIn(input);

/* What differs by person, in one request for each page, and only for those who are known. */
async function fillIslands() {
  const islands = [...document.querySelectorAll("shop-island")];
  if (!islands.length || !/(?:^|; )known=1/.test(document.cookie)) return;
  // Of the page, not of an island: the parts that all pages share are kept for all of them.
  const query = document.body.dataset.page;
  const ids = islands.map((each) => each.id).join(",");
  const answer = await fetch(`/islands/?${query}&ids=${encodeURIComponent(ids)}`, { credentials: "same-origin" });
  if (!answer.ok) return;
  const parts = await answer.json();
  for (const island of islands) {
    if (parts[island.id] !== undefined) island.innerHTML = parts[island.id];
  }
}
fillIslands();

/* Tells the shop of a visit: ids made up for a day and a visit, no name, nothing that lasts longer.
   Who asks not to be followed is not. */
function visitNow() {
  const today = new Date().toISOString().slice(0, 10);
  const now = Date.now();
  let known = {};
  try {
    known = JSON.parse(localStorage.getItem("visit")) || {};
  } catch { /* made anew */ }
  const id = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  if (known.day !== today) known = { day: today, visitor: id() };
  const isNew = !known.visit || now - known.last > 30 * 60 * 1000 || /[?&](utm_source|gclid|fbclid|msclkid|bd_vid)=/.test(location.search);
  if (isNew) Object.assign(known, { visit: id(), landing: location.search.slice(1, 1500), referrer: document.referrer.slice(0, 500) });
  known.last = now;
  localStorage.setItem("visit", JSON.stringify(known));
  return known;
}
const mayTell = () =>
  !navigator.globalPrivacyControl && navigator.doNotTrack !== "1" && navigator.sendBeacon && !document.querySelector("meta[name=design]");
const post = (path, told) => navigator.sendBeacon(path, new Blob([JSON.stringify(told)], { type: "application/json" }));
function tellVisit(more) {
  if (!mayTell()) return;
  try {
    const { visitor, visit, landing, referrer } = visitNow();
    const told = { visitor, visit, landing, referrer, path: location.pathname, ...more };
    post("/visits/", told);
  } catch { /* no storage, no visit */ }
}
function tellWhenSeen() {
  if (document.prerendering || document.visibilityState === "hidden") {
    document.addEventListener("visibilitychange", tellWhenSeen, { once: true });
    return;
  }
  tellVisit();
  watchBlocks();
}

/* Tells the shop, when the page is left, which of its blocks were in sight for a second and which were
   tapped: one message for all of them, with nothing in it about who it was. What stands around the page,
   on every page, is told with a stroke before its name. */
function watchBlocks() {
  const blocks = document.querySelectorAll(".block[id]");
  const named = (block) => (block.closest("#main") ? "" : "/") + block.id;
  const page = new URLSearchParams(document.body.dataset.page || "").get("page");
  if (!blocks.length || !mayTell()) return;
  let left = { seen: [], taps: {} };
  const timers = new Map();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, intersectionRatio, intersectionRect } of entries) {
      const isSeen = intersectionRatio >= 0.5 || intersectionRect.height >= innerHeight / 2;
      if (!isSeen) {
        clearTimeout(timers.get(target));
        timers.delete(target);
      } else if (!timers.has(target)) {
        timers.set(target, setTimeout(() => left.seen.push(named(target)) && watch.unobserve(target), 1000));
      }
    }
  }, { threshold: [0, 0.05, 0.1, 0.25, 0.5] });
  for (const block of blocks) watch.observe(block);
  document.addEventListener("click", ({ target }) => {
    const block = target.closest?.("a, button, summary, label, input, select") && target.closest(".block[id]");
    if (block) left.taps[named(block)] = (left.taps[named(block)] || 0) + 1;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || (!left.seen.length && !Object.keys(left.taps).length)) return;
    post("/visits/blocks/", { page, ...left });
    left = { seen: [], taps: {} };
  });
}
tellWhenSeen();
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") === "/cart/add/") tellVisit({ act: "cart" });
});

if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/sw.js");
