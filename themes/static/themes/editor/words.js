/* Texts in the reader's language: the English ones are their names. */

let texts = {};
let language = "en";

export const useWords = (given, code) => {
  texts = given;
  language = code;
};

export const t = (text, values = {}) =>
  (texts[text] || text).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/* A text of a schema, which holds both languages itself. */
export const said = (texts_, fallback = "") =>
  texts_ ? texts_[language.startsWith("zh") ? "zh-hans" : "en"] || texts_.en || fallback : fallback;

export const moment = (iso) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
