/* Documents as values: nothing is changed in place, what did not change keeps its identity. */

export const LIMITS = { top: 30, blocks: 300, depth: 5, bytes: 262_144 };

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

export function* walk(blocks, depth = 1, parent = null, slot = "") {
  for (const [index, block] of blocks.entries()) {
    yield { block, depth, parent, slot, index };
    for (const [name, inner] of Object.entries(block.slots || {})) yield* walk(inner, depth + 1, block, name);
  }
}

/* Where a block stands: its trail begins with the block of the top level that it is in. */
export function locate(doc, id) {
  const search = (blocks, trail, parent, slot) => {
    for (const [index, block] of blocks.entries()) {
      const here = [...trail, block];
      if (block.id === id) return { block, parent, slot, index, list: blocks, trail: here };
      for (const [name, inner] of Object.entries(block.slots || {})) {
        const found = search(inner, here, block, name);
        if (found) return found;
      }
    }
    return null;
  };
  return search(doc.blocks, [], null, "");
}

export const listAt = (doc, parent, slot) =>
  parent ? ((locate(doc, parent)?.block.slots || {})[slot] || []) : doc.blocks;

export const idsOf = (blocks) => [...walk(blocks)].map((each) => each.block.id);
export const countOf = (doc) => idsOf(doc.blocks).length;
export const heightOf = (block) =>
  1 + Math.max(0, ...Object.values(block.slots || {}).flat().map(heightOf));

function mapped(blocks, id, change) {
  let found = false;
  const next = blocks.map((block) => {
    if (found) return block;
    if (block.id === id) {
      found = true;
      return change(block);
    }
    for (const [name, inner] of Object.entries(block.slots || {})) {
      const own = mapped(inner, id, change);
      if (own !== inner) {
        found = true;
        return { ...block, slots: { ...block.slots, [name]: own } };
      }
    }
    return block;
  });
  return found ? next : blocks;
}

export function update(doc, id, change) {
  const blocks = mapped(doc.blocks, id, change);
  return blocks === doc.blocks ? doc : { ...doc, blocks };
}

export function withList(doc, parent, slot, change) {
  if (!parent) return { ...doc, blocks: change(doc.blocks) };
  return update(doc, parent, (block) => {
    const slots = block.slots || {};
    return { ...block, slots: { ...slots, [slot]: change(slots[slot] || []) } };
  });
}

export function insert(doc, to, block) {
  return withList(doc, to.parent, to.slot, (list) => {
    const index = Math.min(to.index ?? list.length, list.length);
    return [...list.slice(0, index), block, ...list.slice(index)];
  });
}

export function remove(doc, id) {
  const at = locate(doc, id);
  if (!at) return doc;
  return withList(doc, at.parent?.id, at.slot, (list) => list.filter((each) => each.id !== id));
}

export function move(doc, id, to) {
  const at = locate(doc, id);
  if (!at || (to.parent && idsOf([at.block]).includes(to.parent))) return doc;
  const isSameList = (at.parent?.id || null) === (to.parent || null) && at.slot === (to.slot || "");
  const index = isSameList && to.index > at.index ? to.index - 1 : to.index;
  if (isSameList && index === at.index) return doc;
  return insert(remove(doc, id), { ...to, index }, at.block);
}

export function newId(taken) {
  for (;;) {
    const letters = crypto.getRandomValues(new Uint8Array(8));
    const id = `b-${[...letters].map((each) => LETTERS[each % LETTERS.length]).join("")}`;
    if (!taken.has(id)) {
      taken.add(id);
      return id;
    }
  }
}

/* A copy with ids of its own, all the way down. */
export function renewed(block, doc) {
  const taken = new Set(idsOf(doc.blocks));
  const renew = (each) => ({
    ...each,
    id: newId(taken),
    ...(each.slots
      ? { slots: Object.fromEntries(Object.entries(each.slots).map(([name, inner]) => [name, inner.map(renew)])) }
      : {}),
  });
  return renew(block);
}

export const bytesOf = (doc) => new TextEncoder().encode(JSON.stringify(doc)).length;

/* Why a block may not stand somewhere; empty when it may. */
export function refusal(doc, block, to, kinds) {
  const list = listAt(doc, to.parent, to.slot);
  const isThere = list.some((each) => each.id === block.id);
  const total = countOf(doc) + (locate(doc, block.id) ? 0 : idsOf([block]).length);
  if (total > LIMITS.blocks) return "blocks";
  const kind = kinds[block.type];
  if (kind?.limit && !locate(doc, block.id)) {
    const standing = [...walk(doc.blocks)].filter((each) => each.block.type === block.type).length;
    if (standing >= kind.limit) return "kind";
  }
  if (!to.parent) return !isThere && list.length >= LIMITS.top ? "top" : "";
  const at = locate(doc, to.parent);
  if (!at || at.trail.some((each) => each.id === block.id)) return "inside";
  const slot = kinds[at.block.type]?.slots?.[to.slot];
  if (!slot) return "slot";
  if (slot.allow.length && !slot.allow.includes(block.type)) return "allow";
  if (!isThere && list.length >= slot.max) return "full";
  return at.trail.length + heightOf(block) > LIMITS.depth ? "depth" : "";
}

/* Every place that takes a block, as "parent/slot". */
export function placesFor(doc, block, kinds) {
  const found = [];
  if (!refusal(doc, block, { parent: null, slot: "" }, kinds)) found.push("/");
  for (const { block: each } of walk(doc.blocks)) {
    for (const slot of Object.keys(kinds[each.type]?.slots || {})) {
      if (!refusal(doc, block, { parent: each.id, slot }, kinds)) found.push(`${each.id}/${slot}`);
    }
  }
  return found;
}

/* Setting, width and language decide where a value is kept; undefined takes it back. */
export function withSetting(block, name, value, { width = "", language = "" } = {}) {
  const set = (values) => {
    const next = { ...values };
    if (value === undefined) delete next[name];
    else next[name] = value;
    return next;
  };
  const inMap = (part, key) => {
    const map = { ...(block[part] || {}) };
    const own = set(map[key] || {});
    if (Object.keys(own).length) map[key] = own;
    else delete map[key];
    const next = { ...block };
    if (Object.keys(map).length) next[part] = map;
    else delete next[part];
    return next;
  };
  if (language) return inMap("i18n", language);
  if (width) return inMap("at", width);
  return { ...block, settings: set(block.settings || {}) };
}

/* The value that counts at a width, and whether it is the width's own. */
export function settingAt(block, schema, name, width) {
  const own = block.settings?.[name] ?? schema.default;
  const order = { "": [], m: ["m"], l: ["l", "m"] }[width] || [];
  for (const each of order) {
    const value = block.at?.[each]?.[name];
    if (value !== undefined) return { value, isOwn: each === width };
  }
  return { value: own, isOwn: width === "" };
}

/* Whether a setting counts beside the others. */
export function counts(schema, block, properties) {
  return Object.entries(schema["x-when"] || {}).every(([name, values]) =>
    values.includes(block.settings?.[name] ?? properties[name]?.default),
  );
}
