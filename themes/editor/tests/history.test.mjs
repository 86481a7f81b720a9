import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../static/themes/editor/history.js";
import { insert, locate, move, placesFor, refusal, remove, renewed, settingAt, update, withSetting } from "../../static/themes/editor/tree.js";
import { settingOf, withTextAt } from "../../static/themes/editor/texts.js";

const kinds = {
  box: { slots: { a: { allow: [], max: 2 }, b: { allow: ["leaf"], max: 20 } } },
  leaf: { slots: {}, limit: 3 },
};
const leaf = (id) => ({ id, type: "leaf", v: 1, settings: {} });
const box = (id, a = [], b = []) => ({ id, type: "box", v: 1, settings: {}, slots: { a, b } });
const page = (...blocks) => ({ format: 1, kind: "page", blocks });

test("what did not change keeps its identity", () => {
  const doc = page(box("b-one", [leaf("b-in")]), leaf("b-two"));
  const next = update(doc, "b-in", (block) => withSetting(block, "title", "x"));
  assert.equal(next.blocks[1], doc.blocks[1]);
  assert.notEqual(next.blocks[0], doc.blocks[0]);
  assert.equal(next.blocks[0].slots.b, doc.blocks[0].slots.b);
});

test("a block moves within its list, into another and never into itself", () => {
  const doc = page(leaf("b-one"), box("b-box"), leaf("b-two"));
  const down = move(doc, "b-one", { parent: null, slot: "", index: 3 });
  assert.deepEqual(down.blocks.map((each) => each.id), ["b-box", "b-two", "b-one"]);
  const inside = move(doc, "b-two", { parent: "b-box", slot: "b", index: 0 });
  assert.equal(locate(inside, "b-two").parent.id, "b-box");
  assert.equal(move(doc, "b-box", { parent: "b-box", slot: "a", index: 0 }), doc);
});

test("places say what they take", () => {
  const doc = page(box("b-box", [leaf("b-1"), leaf("b-2")]), leaf("b-3"));
  assert.equal(refusal(doc, leaf("b-4"), { parent: null, slot: "" }, kinds), "kind");
  assert.equal(refusal(doc, box("b-5"), { parent: "b-box", slot: "b" }, kinds), "allow");
  assert.equal(refusal(doc, box("b-5"), { parent: "b-box", slot: "a" }, kinds), "full");
  assert.equal(refusal(doc, doc.blocks[0], { parent: "b-box", slot: "a" }, kinds), "inside");
  assert.deepEqual(placesFor(doc, doc.blocks[1], kinds), ["/", "b-box/b"]);
});

test("blocks go five levels deep", () => {
  let inner = box("b-5");
  for (const id of ["b-4", "b-3", "b-2", "b-1"]) inner = box(id, [inner]);
  assert.equal(refusal(page(inner), leaf("b-x"), { parent: "b-5", slot: "a" }, kinds), "depth");
});

test("a copy has ids of its own all the way down", () => {
  const doc = page(box("b-box", [leaf("b-in")]));
  const copy = renewed(doc.blocks[0], doc);
  assert.notEqual(copy.id, "b-box");
  assert.notEqual(copy.slots.a[0].id, "b-in");
  assert.match(copy.id, /^[a-z][a-z0-9_-]{1,31}$/);
});

test("a value for one width stands beside the others and can be taken back", () => {
  const wide = withSetting(leaf("b-1"), "height", 420, { width: "l" });
  assert.deepEqual(settingAt(wide, { default: 300 }, "height", "l"), { value: 420, isOwn: true });
  assert.deepEqual(settingAt(wide, { default: 300 }, "height", "m"), { value: 300, isOwn: false });
  assert.equal(withSetting(wide, "height", undefined, { width: "l" }).at, undefined);
});

test("edits of one field within a second are one step", () => {
  let now = 0;
  const history = new History(page(), { now: () => now });
  const write = (text) => history.apply({ ...history.doc, settings: { text } }, "text");
  write("a");
  now += 500;
  write("ab");
  now += 1_500;
  write("abc");
  assert.equal(history.past.length, 2);
  history.undo();
  assert.equal(history.doc.settings.text, "ab");
  history.undo();
  assert.equal(history.doc.settings, undefined);
  history.redo();
  assert.equal(history.doc.settings.text, "ab");
});

test("a new edit ends what could be redone", () => {
  const history = new History(page(leaf("b-1")));
  history.apply(remove(history.doc, "b-1"));
  history.undo();
  history.apply(insert(history.doc, { parent: null, slot: "" }, leaf("b-2")));
  assert.equal(history.redo(), false);
});

const texts = {
  title: { "x-widget": "text", "x-i18n": true, default: "Welcome" },
  note: { "x-widget": "textarea", default: "" },
  items: { "x-widget": "list", default: [], items: { properties: { label: { "x-widget": "text", "x-i18n": true }, icon: { "x-widget": "choice" } } } },
};
const desk = { facts: { language: "zh-hans" } };

test("a text on the page is found among the settings, of two alike the one in its place", () => {
  const block = { ...leaf("b-1"), settings: { note: "Two\nlines", items: [{ label: "Same", icon: "Same" }, { label: "Same" }] } };
  assert.deepEqual(settingOf(block, texts, "Welcome", 0, "", desk).path, ["title"]);
  assert.deepEqual(settingOf(block, texts, "Two lines", 0, "", desk).path, ["note"]);
  assert.deepEqual(settingOf(block, texts, "Same", 1, "", desk).path, ["items", 1, "label"]);
  assert.equal(settingOf(block, texts, "Nobody wrote this", 0, "", desk), null);
  assert.equal(settingOf(block, texts, "", 0, "", desk), null);
  assert.equal(settingOf(block, texts, "Two lines", 0, "en", desk), null);
});

test("what is written on the page is kept in the language that is shown", () => {
  const block = { ...leaf("b-1"), settings: { items: [{ label: "一" }] } };
  const plain = withTextAt(block, ["title"], "Now", texts, "", desk);
  assert.equal(plain.settings.title, "Now");
  const other = withTextAt(plain, ["title"], "Then", texts, "en", desk);
  assert.deepEqual([other.settings.title, other.i18n], ["Now", { en: { title: "Then" } }]);
  const inner = withTextAt(block, ["items", 0, "label"], "One", texts, "en", desk);
  assert.deepEqual(inner.settings.items, [{ label: "一", i18n: { en: { label: "One" } } }]);
  assert.deepEqual(block.settings.items, [{ label: "一" }]);
});
