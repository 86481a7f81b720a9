/* Texts of blocks: where one is kept, in which language, and which setting a text on the page is. */

/* Texts of the main language stand in the settings, unless that language has its own. */
const isElsewhere = (holder, name, language, desk) =>
  (language || desk.facts.language) && holder.i18n?.[language || desk.facts.language]?.[name] !== undefined;

export function textIn(holder, name, language, desk, part = holder) {
  const code = language || desk.facts.language;
  if (isElsewhere(holder, name, language, desk)) return holder.i18n[code][name];
  return language ? undefined : part[name];
}

export function withText(item, name, value, language, desk) {
  const code = language || desk.facts.language;
  if (!language && !isElsewhere(item, name, language, desk)) return { ...item, [name]: value };
  const own = { ...(item.i18n?.[code] || {}), [name]: value };
  if (value === undefined || (language && value === "")) delete own[name];
  const i18n = { ...(item.i18n || {}), [code]: own };
  if (!Object.keys(own).length) delete i18n[code];
  const { i18n: _old, ...rest } = item;
  return Object.keys(i18n).length ? { ...rest, i18n } : rest;
}

/* A block keeps the texts of other languages beside its settings, not among them. */
export function withBlockText(block, name, value, language, desk) {
  const { i18n, ...settings } = withText({ ...(block.settings || {}), i18n: block.i18n }, name, value, language, desk);
  const { i18n: _old, ...rest } = block;
  return i18n && Object.keys(i18n).length ? { ...rest, settings, i18n } : { ...rest, settings };
}

const WRITTEN = new Set(["text", "textarea"]);
const shown = (holder, name, schema, language, desk) =>
  textIn(holder, name, language, desk) ?? (language ? holder[name] : undefined) ?? schema.default ?? "";

/* Every text of a block as the page shows it, those in lists with the number of their entry. */
export function* textsOf(block, properties, language, desk) {
  const holder = { ...(block.settings || {}), i18n: block.i18n };
  for (const [name, schema] of Object.entries(properties)) {
    if (schema["x-widget"] === "list") {
      const items = block.settings?.[name] ?? schema.default ?? [];
      for (const [index, item] of items.entries()) {
        for (const [inner, each] of Object.entries(schema.items.properties)) {
          if (mayWrite(each, language)) yield { path: [name, index, inner], schema: each, text: shown(item, inner, each, language, desk) };
        }
      }
    } else if (mayWrite(schema, language)) yield { path: [name], schema, text: shown(holder, name, schema, language, desk) };
  }
}

const mayWrite = (schema, language) => WRITTEN.has(schema["x-widget"]) && (!language || schema["x-i18n"]);
const plain = (text) => String(text).replace(/\s+/g, " ").trim();

/* The setting that stands on the page as a text; of several alike, the one in the same place among them. */
export function settingOf(block, properties, text, nth, language, desk) {
  const wanted = plain(text);
  const alike = wanted ? [...textsOf(block, properties, language, desk)].filter((each) => plain(each.text) === wanted) : [];
  return alike[Math.min(nth, alike.length - 1)] || null;
}

export function withTextAt(block, [name, index, inner], value, properties, language, desk) {
  if (index === undefined) return withBlockText(block, name, value, language, desk);
  const items = block.settings?.[name] ?? properties[name].default ?? [];
  const next = items.map((each, at) => (at === index ? withText(each, inner, value, language, desk) : each));
  return { ...block, settings: { ...(block.settings || {}), [name]: next } };
}
