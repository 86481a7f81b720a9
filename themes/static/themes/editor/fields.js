/* One widget for each type of setting; each gets a value and says the new one. */
import { html, useEffect, useRef, useState } from "./vendor/htm-preact-3.1.1.js";
import { Icon, IconButton, Segments, useId } from "./pieces.js";
import { GoodsField, ImageField, LinkField } from "./pickers.js";
import { RichField } from "./rich.js";
import { textIn, withText } from "./texts.js";
import { said, t } from "./words.js";

const COLOURS = ["", "@brand", "@brand-soft", "@ink", "@ground", "@surface"];

function TextField({ id, schema, value, onChange, placeholder, isArea }) {
  const rest = { id, maxlength: schema.maxLength, placeholder, value: value ?? "", onInput: (event) => onChange(event.target.value) };
  return isArea ? html`<textarea rows="4" ...${rest}></textarea>` : html`<input type="text" ...${rest} />`;
}

function SwitchField({ id, value, onChange }) {
  return html`<input id=${id} type="checkbox" role="switch" class="switch" checked=${Boolean(value)} onChange=${(event) => onChange(event.target.checked)} />`;
}

function RangeField({ id, schema, value, onChange }) {
  const bounds = { min: schema.minimum, max: schema.maximum, step: schema["x-step"] || 1 };
  const put = (event) => {
    const number = Number(event.target.value);
    if (event.target.value !== "" && Number.isInteger(number) && number >= bounds.min && number <= bounds.max) onChange(number);
  };
  return html`<div class="range">
    <input type="range" aria-label=${said(schema["x-title"])} ...${bounds} value=${value} onInput=${put} />
    <input id=${id} type="number" inputmode="numeric" ...${bounds} value=${value} onChange=${put} />
    ${schema["x-unit"] && html`<span>${schema["x-unit"]}</span>`}
  </div>`;
}

function ChoiceField({ id, schema, value, onChange }) {
  const options = schema.enum.map((code) => [code, said(schema["x-options"]?.[code], code)]);
  const letters = options.reduce((sum, [, text]) => sum + text.length, 0);
  if (options.length <= 4 && letters <= 24) {
    return html`<${Segments} label=${said(schema["x-title"])} value=${value} options=${options} onChange=${onChange} />`;
  }
  return html`<select id=${id} value=${value} onChange=${(event) => onChange(event.target.value)}>
    ${options.map(([code, text]) => html`<option key=${code} value=${code}>${text}</option>`)}
  </select>`;
}

function ColourField({ id, value, onChange, desk }) {
  const palette = desk.facts.theme.swatches || [];
  const known = palette.length ? palette : COLOURS.slice(1).map((token) => ({ token, label: token.slice(1), colour: "" }));
  const isOwn = Boolean(value) && !value.startsWith("@");
  return html`<div class="colours">
    <button type="button" class="swatch none" aria-pressed=${String(!value)} aria-label=${t("None")} title=${t("None")} onClick=${() => onChange("")}></button>
    ${known.map(
      (each) => html`<button type="button" key=${each.token} class="swatch" aria-pressed=${String(value === each.token)} aria-label=${each.label} title=${each.label}
        style=${{ background: each.colour }} onClick=${() => onChange(each.token)}></button>`,
    )}
    <input id=${id} type="color" aria-label=${t("Another colour")} title=${t("Another colour")} class=${isOwn ? "own" : ""} value=${isOwn ? value.slice(0, 7) : "#888888"}
      onInput=${(event) => onChange(event.target.value)} />
  </div>`;
}

/* Kept with its zone, shown in the reader's. */
const localOf = (iso) => {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

export function MomentField({ id, value, onChange, label }) {
  return html`<div class="row">
    <input id=${id} type="datetime-local" aria-label=${label} value=${localOf(value)}
      onChange=${(event) => onChange(event.target.value ? new Date(event.target.value).toISOString() : null)} />
    ${value && html`<${IconButton} icon="close" label=${t("Clear")} onClick=${() => onChange(null)} />`}
  </div>`;
}

function JsonField({ id, value, onChange }) {
  const [text, setText] = useState(JSON.stringify(value ?? null, null, 1));
  const [isWrong, setWrong] = useState(false);
  const put = (event) => {
    setText(event.target.value);
    try {
      onChange(JSON.parse(event.target.value));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return html`<textarea id=${id} class="code" rows="4" spellcheck="false" aria-invalid=${String(isWrong)} value=${text} onInput=${put}></textarea>`;
}

function ListField({ schema, value, onChange, desk, language }) {
  const items = Array.isArray(value) ? value : [];
  const [open, setOpen] = useState(-1);
  const box = useRef(null);
  const fields = Object.entries(schema.items.properties).filter(([name]) => name !== "i18n");
  const put = (index, item) => onChange(items.map((each, at) => (at === index ? item : each)), `item${index}`);
  const fresh = () => Object.fromEntries(fields.map(([name, each]) => [name, each.default ?? null]));
  const swap = (index, by) => {
    const other = index + by;
    if (other < 0 || other >= items.length) return;
    const next = [...items];
    [next[index], next[other]] = [next[other], next[index]];
    onChange(next);
    setOpen(open === index ? other : open);
    desk.announce(t("Place {place} of {count}", { place: other + 1, count: items.length }));
  };
  const titleOf = (item, index) =>
    fields.map(([name, each]) => (each["x-widget"] === "text" ? textIn(item, name, language, desk) : "")).find(Boolean) || t("Entry {number}", { number: index + 1 });
  const isFull = items.length >= (schema.maxItems || 20);
  return html`<div class="list" ref=${box}>
    ${items.map(
      (item, index) => html`<div class="item" key=${index}>
        <div class="item-head" onKeyDown=${(event) => {
          if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
          event.preventDefault();
          event.stopPropagation();
          swap(index, event.key === "ArrowUp" ? -1 : 1);
        }}>
          <button type="button" class="item-name" aria-expanded=${String(open === index)} onClick=${() => setOpen(open === index ? -1 : index)}>
            <${Icon} name="chevron" />${pictureOf(item, fields)}<span>${titleOf(item, index)}</span>
          </button>
          <${IconButton} icon="up" label=${t("Up")} disabled=${index === 0} onClick=${() => swap(index, -1)} />
          <${IconButton} icon="down" label=${t("Down")} disabled=${index === items.length - 1} onClick=${() => swap(index, 1)} />
          <${IconButton} icon="copy" label=${t("Duplicate")} disabled=${isFull} onClick=${() => onChange([...items.slice(0, index + 1), structuredClone(item), ...items.slice(index + 1)])} />
          <${IconButton} icon="remove" label=${t("Delete")} onClick=${() => onChange(items.filter((_, at) => at !== index))} />
        </div>
        ${open === index && html`<div class="item-body">${fields.map(([name, each]) => {
          if (language && !each["x-i18n"]) return null;
          return html`<${FieldRow} key=${name} schema=${each} desk=${desk} language=${language} value=${textIn(item, name, language, desk) ?? each.default}
            placeholder=${language ? item[name] || "" : ""}
            onChange=${(next, key = "") => put(index, withText(item, name, next, language, desk), `${name}${key}`)} />`;
        })}</div>`}
      </div>`,
    )}
    <button type="button" class="add" disabled=${isFull || Boolean(language)} onClick=${() => { onChange([...items, fresh()]); setOpen(items.length); }}>
      <${Icon} name="plus" />${t("Add an entry")}<span class="quiet">${items.length}/${schema.maxItems || 20}</span>
    </button>
  </div>`;
}

const pictureOf = (item, fields) => {
  const name = fields.find(([, each]) => each["x-widget"] === "image")?.[0];
  return name && item[name]?.asset ? html`<i class="has-picture"></i>` : null;
};

function SourceField({ schema, value, onChange, desk }) {
  const given = value || { of: schema["x-source"][0] };
  const sources = schema["x-source"];
  const source = desk.facts.sources[given.of];
  return html`<div class="source">
    ${sources.length > 1 && html`<${ChoiceField} schema=${{ enum: sources, "x-options": Object.fromEntries(sources.map((each) => [each, desk.facts.sources[each]?.title])), "x-title": schema["x-title"] }}
      value=${given.of} onChange=${(of) => onChange({ of })} />`}
    ${Object.entries(source?.params || {}).map(
      ([name, each]) => html`<${FieldRow} key=${name} schema=${{ ...each, "x-goods": { category: "category", collection: "collection", product: "product", products: "product" }[name] }} desk=${desk} value=${given[name] ?? each.default}
        onChange=${(next, key = "") => onChange({ ...given, [name]: next }, `${name}${key}`)} />`,
    )}
  </div>`;
}

/* A part of the shop, by its name; edited on a page of its own. */
function PartField({ id, value, onChange, desk }) {
  const parts = desk.facts.parts || [];
  const known = parts.find((each) => each.handle === value);
  return html`<div class="row">
    <select id=${id} value=${value || ""} onChange=${(event) => onChange(event.target.value)}>
      ${!known && html`<option value=${value || ""}>${value || t("None")}</option>`}
      ${parts.map((each) => html`<option key=${each.id} value=${each.handle}>${each.title}</option>`)}
    </select>
    ${known && html`<button type="button" class="button secondary small" onClick=${() => desk.openPart({ ...desk.chosen()?.block, settings: { part: value } })}>${t("Edit the part")}</button>`}
  </div>
  ${known && html`<p class="help">${t("Pages with this part: {count}", { count: known.pages.length })}${known.pages.length ? ` · ${known.pages.map((each) => each.title).join(", ")}` : ""}</p>`}`;
}

const WIDGETS = {
  text: TextField,
  textarea: (props) => html`<${TextField} ...${props} isArea=${true} />`,
  richtext: RichField,
  switch: SwitchField,
  range: RangeField,
  choice: ChoiceField,
  colour: ColourField,
  image: ImageField,
  video: (props) => html`<${ImageField} ...${props} kind="video" />`,
  link: LinkField,
  datetime: MomentField,
  list: ListField,
  part: PartField,
  form: ({ schema: _all, ...props }) => html`<${GoodsField} ...${props} kind="form" />`,
  source: SourceField,
};

const NOT_LABELLED = new Set(["list", "source", "image", "video", "link", "richtext"]);

/* A setting with its name, its help, and what it may differ by. */
export function FieldRow({ schema, value, onChange, desk, language, placeholder, extra, fault, label }) {
  const id = useId();
  const widget = schema["x-goods"] ? "goods" : schema["x-widget"];
  const Widget = schema["x-goods"] ? GoodsField : WIDGETS[widget] || JsonField;
  const name = label || said(schema["x-title"], schema.title);
  const isInline = widget === "switch";
  const isGroup = NOT_LABELLED.has(widget) || (widget === "choice" && schema.enum.length <= 4);
  const title = isGroup ? html`<span class="label" id=${`${id}-l`}>${name}</span>` : html`<label for=${id}>${name}</label>`;
  return html`<div class=${`field ${isInline ? "inline" : ""} ${fault ? "wrong" : ""}`} role=${isGroup ? "group" : undefined} aria-labelledby=${isGroup ? `${id}-l` : undefined}>
    <div class="field-head">${title}${schema["x-i18n"] && desk.facts.languages.length > 1 && html`<span class="tag">${t("per language")}</span>`}${extra}</div>
    <${Widget} id=${id} schema=${schema} value=${value} onChange=${onChange} desk=${desk} language=${language} placeholder=${placeholder} label=${name} />
    ${said(schema["x-help"]) && html`<p class="help">${said(schema["x-help"])}</p>`}
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
  </div>`;
}

export function useDebounced(value, ms) {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), ms);
    return () => clearTimeout(timer);
  }, [value]);
  return late;
}
