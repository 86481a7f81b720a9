/* The settings of the block that is chosen, and those of the page. */
import { html, useState } from "./vendor/htm-preact-3.1.1.js";
import { FieldRow, MomentField } from "./fields.js";
import { Icon, IconButton, Segments } from "./pieces.js";
import { textIn, withBlockText, withText } from "./texts.js";
import { counts, settingAt, withSetting } from "./tree.js";
import { said, t } from "./words.js";

const NAMES = () => ({ s: t("Phone"), m: t("Tablet"), l: t("Desktop") });

/* Which language texts are written in: the shop's main one, or a translation. */
export function Languages({ desk }) {
  const { languages, language } = desk.facts;
  if (languages.length < 2) return null;
  const options = languages.map(([code, name]) => [code === language ? "" : code, name]);
  return html`<div class="languages"><${Segments} label=${t("Language of the texts")} value=${desk.state.language} options=${options} onChange=${(code) => desk.speak(code)} /></div>`;
}

function BlockName({ desk, block }) {
  const kind = desk.kindOf(block);
  return html`<div class="block-name">
    <input type="text" maxlength="60" disabled=${!desk.mayEdit} aria-label=${t("Name of the block")} placeholder=${desk.titleOf(block.type)} value=${block.name || ""}
      onInput=${(event) => desk.edit(block.id, (each) => {
        const { name: _old, ...rest } = each;
        return event.target.value ? { ...rest, name: event.target.value } : rest;
      }, "name")} />
    <span class="quiet">${desk.titleOf(block.type)}</span>
  </div>`;
}

function Setting({ desk, block, name, schema }) {
  const { language } = desk.state;
  const width = desk.state.width === "s" ? "" : desk.state.width;
  const isText = Boolean(schema["x-i18n"]) && schema["x-widget"] !== "list";
  const put = (where) => (value, key = "") => desk.edit(block.id, (each) => withSetting(each, name, value, where), `${name}${key}${where.width || ""}`);
  const fault = desk.faultOf(block.id, name);
  if (isText) {
    const holder = { ...(block.settings || {}), i18n: block.i18n };
    const value = textIn(holder, name, language, desk) ?? (language ? "" : schema.default);
    const change = (next, key = "") =>
      desk.edit(block.id, (each) => withBlockText(each, name, next, language, desk), `${name}${key}${language}`);
    return html`<${FieldRow} schema=${schema} desk=${desk} value=${value} fault=${fault} placeholder=${language ? block.settings?.[name] ?? schema.default : ""} onChange=${change} />`;
  }
  if (language && schema["x-widget"] !== "list") return null;
  if (!schema["x-responsive"]) {
    return html`<${FieldRow} schema=${schema} desk=${desk} language=${language} value=${block.settings?.[name] ?? schema.default} fault=${fault} onChange=${put({})} />`;
  }
  const { value, isOwn } = settingAt(block, schema, name, width);
  const own = width && isOwn;
  const where = NAMES()[desk.state.width];
  const extra = width
    ? own
      ? html`<button type="button" class="tag own" title=${t("As on the phone again")} onClick=${() => put({ width })(undefined)}>${where}<${Icon} name="reset" /></button>`
      : html`<button type="button" class="tag" title=${t("Set a value for this width alone")} onClick=${() => put({ width })(value)}>${t("All widths")}</button>`
    : html`<span class="tag">${block.at && ["m", "l"].some((each) => block.at[each]?.[name] !== undefined) ? t("Phone") : t("All widths")}</span>`;
  return html`<${FieldRow} schema=${schema} desk=${desk} value=${value} fault=${fault} extra=${extra} onChange=${put(own ? { width } : {})} />`;
}

function Flags({ label, value, options, onChange }) {
  const set = new Set(value || []);
  const turn = (code) => {
    const next = options.map(([each]) => each).filter((each) => (each === code ? !set.has(each) : set.has(each)));
    onChange(next.length === options.length ? [] : next);
  };
  return html`<div class="field" role="group" aria-label=${label}><div class="field-head"><span class="label">${label}</span></div>
    <div class="checks">${options.map(([code, text]) => html`<label key=${code}><input type="checkbox" checked=${set.has(code)} onChange=${() => turn(code)} />${text}</label>`)}</div></div>`;
}

function Visibility({ desk, block }) {
  const show = block.show || {};
  const put = (name) => (value) =>
    desk.edit(block.id, (each) => {
      const next = { ...(each.show || {}), [name]: value };
      if (!value || (Array.isArray(value) && !value.length)) delete next[name];
      const { show: _old, ...rest } = each;
      return Object.keys(next).length ? { ...rest, show: next } : rest;
    });
  const isSet = Object.keys(show).length > 0 || block.off;
  return html`<details class="more" open=${isSet}>
    <summary>${t("Who sees it, and when")}${isSet && html`<span class="tag own">${t("limited")}</span>`}</summary>
    <div class="field inline"><div class="field-head"><label for="is-off">${t("Hidden")}</label></div>
      <input id="is-off" type="checkbox" role="switch" class="switch" checked=${Boolean(block.off)} onChange=${() => desk.hide(block.id)} /></div>
    <p class="help">${t("Nothing ticked means everywhere and everybody.")}</p>
    <${Flags} label=${t("Visitors")} value=${show.who} options=${[["guest", t("Not signed in")], ["member", t("Members")]]} onChange=${put("who")} />
    <${Flags} label=${t("Widths")} value=${show.widths} options=${Object.entries(NAMES())} onChange=${put("widths")} />
    <${Flags} label=${t("Clients")} value=${show.on} options=${[["web", t("Web")], ["mp", t("Mini-program")], ["app", t("App")]]} onChange=${put("on")} />
    <div class="field"><div class="field-head"><label for="show-from">${t("From")}</label></div><${MomentField} id="show-from" label=${t("From")} value=${show.from} onChange=${put("from")} /></div>
    <div class="field"><div class="field-head"><label for="show-to">${t("Until")}</label></div><${MomentField} id="show-to" label=${t("Until")} value=${show.to} onChange=${put("to")} /></div>
  </details>`;
}

export function BlockForm({ desk }) {
  const at = desk.chosen();
  if (!at) return html`<div class="hint"><${Icon} name="sliders" /><p>${t("Choose a block on the page or in the outline to change it.")}</p></div>`;
  const { block } = at;
  const kind = desk.kindOf(block);
  if (!kind || kind.isLocked) {
    return html`<div class="form"><${BlockName} desk=${desk} block=${block} />
      <p class="notice warn">${t("The function of this block is not switched on. It is not shown in the shop.")}</p>
      ${kind?.module && html`<a class="button secondary" href="/functions/" target="_blank" rel="noopener">${t("Open the functions")}</a>`}
      <${Actions} desk=${desk} block=${block} /></div>`;
  }
  const shown = Object.entries(kind.properties).filter(([, schema]) => counts(schema, block, kind.properties));
  const isOlder = block.v > kind.version;
  return html`<div class="form" key=${block.id}>
    <${BlockName} desk=${desk} block=${block} />
    <${Figures} desk=${desk} block=${block} />
    ${isOlder && html`<p class="notice warn">${t("This block was made by a newer version.")}</p>`}
    ${desk.state.faults[block.id]?.[""] && html`<p class="notice bad" role="alert">${desk.state.faults[block.id][""]}</p>`}
    <fieldset disabled=${!desk.mayEdit}>
      <${Languages} desk=${desk} />
      ${shown.map(([name, schema]) => html`<${Setting} key=${`${block.id}-${name}-${desk.state.language}`} desk=${desk} block=${block} name=${name} schema=${schema} />`)}
      ${!shown.length && html`<p class="quiet">${t("This block has no settings of its own.")}</p>`}
      ${!desk.state.language && html`<${Visibility} desk=${desk} block=${block} />`}
    </fieldset>
    <${Actions} desk=${desk} block=${block} />
  </div>`;
}

/* How the block does in the shop, once somebody has seen it. */
function Figures({ desk, block }) {
  const [seen, taps] = desk.facts.figures[block.id] || [];
  if (!seen) return null;
  return html`<p class="quiet">${t("30 days: seen {seen} times, tapped {taps} times", { seen, taps })}</p>`;
}

function Actions({ desk, block }) {
  if (!desk.mayEdit) return null;
  return html`<div class="block-actions">
    <${IconButton} icon="up" label=${t("Up")} onClick=${() => desk.act("up", block.id)} />
    <${IconButton} icon="down" label=${t("Down")} onClick=${() => desk.act("down", block.id)} />
    <${IconButton} icon="copy" label=${t("Duplicate")} onClick=${() => desk.act("copy", block.id)} />
    <${IconButton} icon="clip" label=${t("Copy")} onClick=${() => desk.clip(block.id, false)} />
    ${block.type === "core.ref" && html`<button type="button" class="button secondary small" onClick=${() => desk.detach(block.id)}>${t("Detach")}</button>`}
    ${desk.facts.may.edit && desk.facts.urls.parts && html`<${PartButton} desk=${desk} block=${block} />`}
    <${IconButton} icon="remove" label=${t("Delete")} onClick=${() => desk.take(block.id)} />
  </div>`;
}

function PartButton({ desk, block }) {
  if (block.type === "core.ref" || desk.facts.page.kind === "part") return null;
  return html`<button type="button" class="button secondary small" onClick=${() => desk.set({ dialog: "part" })}>${t("Make it reusable")}</button>`;
}

/* --- the page ------------------------------------------------------------------------------- */

const PAGE_FIELDS = () => [
  ["title", { "x-widget": "text", maxLength: 120, "x-i18n": true }, t("Title of the page")],
  ["seo_title", { "x-widget": "text", maxLength: 120, "x-i18n": true }, t("Title for search engines")],
  ["seo_description", { "x-widget": "textarea", maxLength: 320, "x-i18n": true }, t("Description for search engines")],
];

export function PageForm({ desk }) {
  const settings = desk.doc.settings || {};
  const { language } = desk.state;
  const isPage = desk.facts.page.kind === "page";
  const put = (name) => (value) => desk.pageSettings((now) => withText(now, name, value || undefined, language, desk), `${name}${language}`);
  const preview = (name) => textIn(settings, name, language, desk) || textIn(settings, name, "", desk) || "";
  if (desk.facts.page.kind === "part") return html`<p class="quiet pad">${t("This part has no settings of its own. What is published of it changes every page with it.")}</p>`;
  if (!isPage) return html`<p class="quiet pad">${t("This piece stands on every page and has no settings of its own.")}</p>`;
  return html`<div class="form"><fieldset disabled=${!desk.mayEdit}>
    <${Languages} desk=${desk} />
    ${PAGE_FIELDS().map(([name, schema, label]) => html`<${FieldRow} key=${`${name}${language}`} desk=${desk} schema=${schema} label=${label} value=${textIn(settings, name, language, desk) ?? ""} placeholder=${language ? settings[name] || "" : ""} onChange=${put(name)} />`)}
    <div class="snippet" aria-label=${t("As search engines show it")}><small>${desk.facts.canvas.address}</small><b>${preview("seo_title") || preview("title") || desk.facts.page.title}</b><p>${preview("seo_description") || t("Without a description, search engines take a piece of the page.")}</p></div>
    ${!language && html`<${FieldRow} desk=${desk} schema=${{ "x-widget": "switch" }} label=${t("Keep search engines away")} value=${Boolean(settings.noindex)} onChange=${(value) => desk.pageSettings(({ noindex: _old, ...rest }) => (value ? { ...rest, noindex: true } : rest))} />`}
  </fieldset></div>`;
}

export function Weight({ desk }) {
  const [isOpen, setOpen] = useState(false);
  const { weight } = desk.state;
  if (!weight) return null;
  const total = weight.html + weight.images;
  const tone = total > 3_000_000 || weight.requests > 80 ? "bad" : total > 1_200_000 || weight.requests > 50 ? "warn" : "good";
  const kb = (bytes) => `${Math.round(bytes / 1024)} KB`;
  return html`<button type="button" class=${`weight ${tone}`} aria-expanded=${String(isOpen)} onClick=${() => setOpen(!isOpen)}>
    ${isOpen ? t("Text {html}, pictures {images} in {pictures}, {requests} requests", { html: kb(weight.html), images: kb(weight.images), pictures: weight.pictures, requests: weight.requests }) : t("Weight: {total}", { total: kb(total) })}
  </button>`;
}
