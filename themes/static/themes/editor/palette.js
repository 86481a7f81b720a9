/* All blocks there are, with their presets: dragged to the page, or added with a click. */
import { html, useState } from "./vendor/htm-preact-3.1.1.js";
import { dragStart } from "./canvas.js";
import { BlockIcon } from "./outline.js";
import { Icon } from "./pieces.js";
import { placesFor } from "./tree.js";
import { said, t } from "./words.js";

const fresh = (type, kind, preset = {}) => {
  const { settings = {}, slots, i18n, at } = preset;
  return { id: "b-new", type, v: kind.version, settings, ...(slots ? { slots } : {}), ...(i18n ? { i18n } : {}), ...(at ? { at } : {}) };
};

function Tile({ desk, type, kind, preset, title, isFirst }) {
  const make = () => fresh(type, kind, preset);
  const isRefused = !placesFor(desk.doc, make(), desk.kinds).length;
  if (kind.isLocked) {
    return html`<li><a class="tile locked" href="/functions/" target="_blank" rel="noopener" title=${t("Switch the function on")}><${BlockIcon} desk=${desk} type=${type} /><span>${title}</span><small><${Icon} name="lock" />${t("Switch on")}</small></a></li>`;
  }
  return html`<li><button type="button" class="tile" disabled=${isRefused} data-type=${type} onClick=${() => desk.add(make())} onPointerDown=${dragStart(desk, make, { onStart: () => desk.set({ sheet: "" }) })}>
    ${kind.picture && isFirst ? html`<img src=${kind.picture} alt="" loading="lazy" draggable=${false} />` : html`<${BlockIcon} desk=${desk} type=${type} />`}
    <span>${title}</span></button></li>`;
}

export function Palette({ desk }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const groups = new Map(desk.facts.groups.map(([code, label]) => [code, { label, tiles: [] }]));
  for (const [type, kind] of Object.entries(desk.kinds)) {
    if (kind.isFixed) continue;
    const title = said(kind.title, type);
    const all = [{ title, preset: kind.presets?.[0], isFirst: true }, ...(kind.presets || []).slice(1).map((preset) => ({ title: said(preset.title, title), preset }))];
    for (const each of all) {
      if (wanted && !`${each.title} ${title} ${type}`.toLowerCase().includes(wanted)) continue;
      if (!groups.has(kind.group)) groups.set(kind.group, { label: kind.group, tiles: [] });
      groups.get(kind.group).tiles.push({ ...each, type, kind });
    }
  }
  const parts = desk.facts.parts || [];
  const shown = [...groups.values()].filter((each) => each.tiles.length);
  return html`<div class="palette">
    <input type="search" aria-label=${t("Find a block")} placeholder=${t("Find a block")} value=${text} onInput=${(event) => setText(event.target.value)} />
    <p class="help">${t("Drag a block to the page, or click to add it after the chosen one.")}</p>
    ${shown.map((group) => html`<section key=${group.label}><h3>${group.label}</h3><ul>${group.tiles.map((each, at) => html`<${Tile} key=${`${each.type}${at}`} desk=${desk} ...${each} />`)}</ul></section>`)}
    ${parts.length > 0 && desk.facts.page.kind !== "part" && html`<section><h3>${t("Reusable parts")}</h3><ul>${parts.map((part) => html`<${Tile} key=${part.id} desk=${desk} type="core.ref" kind=${desk.kinds["core.ref"]} title=${part.title} preset=${{ settings: { part: part.handle } }} />`)}</ul></section>`}
    ${!shown.length && html`<p class="empty">${t("Nothing fits this search.")}</p>`}
  </div>`;
}
