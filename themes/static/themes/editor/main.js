/* The editor: three columns on a wide screen, sheets over the page on a narrow one. */
import { html, render, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { useToken } from "./api.js";
import { CanvasView } from "./canvas.js";
import { Desk } from "./desk.js";
import { BlockForm, PageForm, Weight } from "./form.js";
import { Outline } from "./outline.js";
import { Palette } from "./palette.js";
import { Dialogs } from "./panels.js";
import { Icon, IconButton, Segments } from "./pieces.js";
import { t, useWords } from "./words.js";

const BEAT_MS = 15_000;

const SAVING = () => ({
  saved: t("Saved"),
  waiting: t("Not saved yet"),
  saving: t("Saving…"),
  failed: t("Not saved"),
  conflict: t("Somebody else saved this page"),
});

function Top({ desk }) {
  const { facts, state } = desk;
  const pages = facts.pages.filter((each) => each.kind !== "part");
  return html`<header class="top">
    <a class="icon" href=${facts.urls.back} title=${t("Back to the console")} aria-label=${t("Back to the console")}><${Icon} name="back" /></a>
    <select class="page-choice" aria-label=${t("Page")} value=${facts.page.id} onChange=${(event) => desk.go(event.target.value)}>
      ${["page", "group", "part"].map((kind) => {
        const rows = (kind === "part" ? facts.pages : pages).filter((each) => each.kind === kind);
        const label = { page: t("Pages of the shop"), group: t("On every page"), part: t("Reusable parts") }[kind];
        return rows.length ? html`<optgroup key=${kind} label=${label}>${rows.map((each) => html`<option key=${each.id} value=${each.id}>${each.title}</option>`)}</optgroup>` : null;
      })}
    </select>
    <span class=${`saving ${state.saving}`} role="status">${SAVING()[state.saving]}</span>
    ${state.others.length > 0 && html`<span class="others" title=${state.others.join(", ")}><${Icon} name="people" />${t("{names} is here too", { names: state.others.join(", ") })}</span>`}
    <span class="grow"></span>
    ${desk.mayEdit && html`<${IconButton} icon="undo" label=${t("Undo")} disabled=${!desk.history.past.length} onClick=${() => desk.undo()} />
      <${IconButton} icon="redo" label=${t("Redo")} disabled=${!desk.history.future.length} onClick=${() => desk.redo()} />`}
    <${Segments} label=${t("Width of the preview")} value=${state.width} options=${[["s", t("Phone"), "phone"], ["m", t("Tablet"), "tablet"], ["l", t("Desktop"), "desktop"]]} onChange=${(width) => desk.set({ width })} />
    <span class="grow"></span>
    ${facts.theme.palettes.length > 0 && html`<${IconButton} icon="brush" label=${t("Colours of the theme")} onClick=${() => desk.set({ dialog: "theme" })} />`}
    <${IconButton} icon="clock" label=${t("Versions")} onClick=${() => desk.set({ dialog: "versions" })} />
    <${IconButton} icon="share" label=${t("Preview on another device")} onClick=${() => desk.set({ dialog: "share" })} />
    <${IconButton} icon="help" label=${t("Keyboard")} onClick=${() => desk.set({ dialog: "help" })} />
    ${facts.may.publish ? html`<button type="button" class="button publish" onClick=${() => desk.set({ dialog: "publish" })}>${t("Publish")}</button>` : html`<span class="tag">${t("You may edit, but not publish")}</span>`}
  </header>`;
}

const PANELS = () => [
  ["outline", t("Outline"), "tree", Outline],
  ["palette", t("Add"), "plus", Palette],
  ["page", t("Page"), "page", PageForm],
];

function Left({ desk }) {
  const { panel, sheet } = desk.state;
  const panels = desk.mayEdit ? PANELS() : PANELS().filter(([code]) => code !== "palette");
  const Shown = (panels.find(([code]) => code === panel) || panels[0])[3];
  return html`<aside class=${`side left ${["outline", "palette", "page"].includes(sheet) ? "open" : ""}`} aria-label=${t("Blocks and page")}>
    <div class="tabs" role="tablist">${panels.map(
      ([code, label]) => html`<button type="button" key=${code} role="tab" id=${`tab-${code}`} aria-selected=${String(panel === code)} aria-controls="left-panel" onClick=${() => desk.set({ panel: code })}>${label}</button>`,
    )}</div>
    <div class="panel" id="left-panel" role="tabpanel" aria-labelledby=${`tab-${panel}`}><${Shown} desk=${desk} /></div>
  </aside>`;
}

function Right({ desk }) {
  return html`<aside class=${`side right ${desk.state.sheet === "settings" ? "open" : ""}`} aria-label=${t("Settings of the block")}>
    <div class="sheet-head"><b>${t("Settings")}</b><${IconButton} icon="close" label=${t("Close")} onClick=${() => desk.set({ sheet: "" })} /></div>
    <div class="panel" id="form"><${BlockForm} desk=${desk} /></div>
  </aside>`;
}

/* On a narrow screen panels are sheets that come from below. */
function Bottom({ desk }) {
  const { sheet } = desk.state;
  const open = (code) => () => desk.set({ sheet: sheet === code ? "" : code, ...(code === "settings" ? {} : { panel: code }) });
  const all = [...PANELS().filter(([code]) => desk.mayEdit || code !== "palette"), ["settings", t("Settings"), "sliders"]];
  return html`<nav class="bottom" aria-label=${t("Panels")}>${all.map(
    ([code, label, icon]) => html`<button type="button" key=${code} aria-pressed=${String(sheet === code)} onClick=${open(code)}><${Icon} name=${icon} />${label}</button>`,
  )}</nav>`;
}

/* Where a part stands, and the way back to the page that it was opened from. */
function PartNotice({ desk }) {
  const { pages } = desk.facts.parts.find((each) => each.id === desk.facts.page.id) || { pages: [] };
  const from = desk.cameFrom();
  const others = pages.filter((each) => each.id !== from?.page.id);
  return html`<div class="part-notice">
    ${from && html`<button type="button" class="button secondary small" onClick=${() => desk.go(from.page.id, { at: from.at })}><${Icon} name="back" />${t("Back to {name}", { name: from.page.title })}</button>`}
    <span>${pages.length ? `${t("Pages with this part: {count}", { count: pages.length })}. ${t("What is published of it changes all of them.")}` : t("This part stands on no page yet.")}</span>
    ${others.map((each) => html`<button type="button" key=${each.id} class="link" onClick=${() => desk.go(each.id)}>${each.title}</button>`)}
  </div>`;
}

function Notices({ desk }) {
  const { state, facts } = desk;
  const offered = state.offered && facts.pages.find((each) => each.template === state.offered);
  return html`<div class="notices">
    ${state.notice && html`<p class=${`notice ${state.tone}`} role=${state.tone === "bad" ? "alert" : "status"}>${state.notice}</p>`}
    ${state.saving === "failed" && html`<p class="notice bad" role="alert">${t("The last changes are not saved; they are kept in this browser.")} ${(state.faultTexts || []).slice(0, 2).map((each) => (each.text ? `${each.pointer} ${each.text}` : each)).join(" · ")} <button type="button" class="link" onClick=${() => desk.save()}>${t("Try again")}</button></p>`}
    ${offered && html`<p class="notice">${t("This stands on every page.")} <button type="button" class="link" onClick=${() => desk.go(offered.id)}>${t("Edit {name}", { name: offered.title })}</button></p>`}
    ${!facts.may.edit && html`<p class="notice warn">${t("You can look at this page, but not change it.")}</p>`}
  </div>`;
}

function App({ desk }) {
  const [, turn] = useState(0);
  useEffect(() => desk.watch(() => turn((count) => count + 1)), []);
  return html`<${Top} desk=${desk} />
    <div class="columns"><${Left} desk=${desk} />
      <main id="main" tabindex="-1"><h1 class="visually-hidden">${t("Design of the shop")}: ${desk.facts.page.title}</h1>${desk.facts.page.kind === "part" && html`<${PartNotice} desk=${desk} />`}<${Notices} desk=${desk} /><${CanvasView} desk=${desk} /><${Weight} desk=${desk} /></main>
      <${Right} desk=${desk} /></div>
    <${Bottom} desk=${desk} />
    <${Dialogs} desk=${desk} />`;
}

function begin() {
  const facts = JSON.parse(document.getElementById("facts").textContent);
  useWords(facts.words, facts.reader);
  useToken(facts.csrf);
  const desk = new Desk(facts);
  window.addEventListener("keydown", (event) => {
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog") && !(event.key === "s" && (event.ctrlKey || event.metaKey))) return;
    desk.key(event);
  });
  window.addEventListener("beforeunload", (event) => {
    if (desk.unsaved()) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => document.hidden && desk.unsaved() && desk.save());
  const place = document.getElementById("app");
  place.replaceChildren();
  render(html`<${App} desk=${desk} />`, place);
  desk.recover();
  desk.beat();
  setInterval(() => !document.hidden && desk.beat(), BEAT_MS);
  const asked = new URLSearchParams(location.search);
  if (asked.get("at") && desk.facts.page.kind !== "part") desk.select(asked.get("at"));
  const wanted = asked.get("add");
  if (wanted && desk.kinds[wanted]) desk.add({ id: "b-new", type: wanted, v: desk.kinds[wanted].version, settings: {} });
  // Tests and support ask what the editor holds; nothing in it is secret.
  window.designDesk = desk;
}

begin();
