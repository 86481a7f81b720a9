/* The tree of blocks: read, chosen and moved with the keyboard, a mouse or a finger. */
import { html, useEffect, useRef, useState } from "./vendor/htm-preact-3.1.1.js";
import { Icon, IconButton } from "./pieces.js";
import { SIGNS } from "./signs.js";
import { LIMITS, bytesOf, countOf, listAt, refusal } from "./tree.js";
import { said, t } from "./words.js";

const flat = (desk, closed) => {
  const rows = [];
  const go = (blocks, level, parent, slot) => {
    for (const [index, block] of blocks.entries()) {
      const slots = Object.entries(desk.kindOf(block)?.slots || {});
      rows.push({ key: block.id, block, level, index, count: blocks.length, parent, slot, hasInside: slots.length > 0, isClosed: closed.has(block.id) });
      if (closed.has(block.id)) continue;
      for (const [name, each] of slots) {
        const inner = listAt(desk.doc, block.id, name);
        if (slots.length > 1 || !inner.length) rows.push({ key: `${block.id}/${name}`, slotOf: block, slot: name, level: level + 1, title: said(each.title, name), isEmpty: !inner.length });
        go(inner, level + (slots.length > 1 ? 2 : 1), block.id, name);
      }
    }
  };
  go(desk.doc.blocks, 1, null, "");
  return rows;
};

export function Outline({ desk }) {
  const [closed, setClosed] = useState(new Set());
  const [drop, setDrop] = useState(null);
  const box = useRef(null);
  const rows = flat(desk, closed);
  const { selected } = desk.state;
  const focusable = rows.find((row) => row.key === selected)?.key || rows[0]?.key;

  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  const turn = (id, isClosed) => {
    const next = new Set(closed);
    if (isClosed) next.add(id);
    else next.delete(id);
    setClosed(next);
  };
  const focus = (row) => {
    if (!row) return;
    desk.select(row.block ? row.block.id : row.slotOf.id, { sheet: false });
    requestAnimationFrame(() => box.current?.querySelector(`[data-key="${row.key}"]`)?.focus());
  };
  const keys = (event, row) => {
    const at = rows.indexOf(row);
    const isMove = event.altKey || event.ctrlKey || event.metaKey;
    const go = {
      ArrowDown: () => focus(rows[at + 1]),
      ArrowUp: () => focus(rows[at - 1]),
      Home: () => focus(rows[0]),
      End: () => focus(rows.at(-1)),
      ArrowRight: () => (row.isClosed ? turn(row.key, false) : rows[at + 1]?.level > row.level && focus(rows[at + 1])),
      ArrowLeft: () => (row.hasInside && !row.isClosed ? turn(row.key, true) : focus(rows.slice(0, at).reverse().find((each) => each.level < row.level))),
      Enter: () => { desk.select(row.block ? row.block.id : row.slotOf.id); desk.focusForm(); },
    }[event.key];
    if (isMove || !go) {
      if (desk.key(event)) {
        event.stopPropagation();
        requestAnimationFrame(() => requestAnimationFrame(() => box.current?.querySelector("[tabindex='0']")?.focus()));
      }
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    go();
  };

  /* Dragging in the tree: the row under the pointer and the half of it say where. */
  const begin = (event, row) => {
    if (event.button || !desk.mayEdit || event.target.closest("button:not(.grip)")) return;
    const isTouch = event.pointerType === "touch";
    if (isTouch && !event.target.closest(".grip")) return;
    const from = event.clientY;
    let to = null;
    let isMoving = false;
    const moved = (at) => {
      if (!isMoving && Math.abs(at.clientY - from) < 6) return;
      isMoving = true;
      at.preventDefault();
      const under = document.elementFromPoint(at.clientX, at.clientY)?.closest?.("[data-key]");
      const over = under && rows.find((each) => each.key === under.dataset.key);
      to = null;
      if (over) {
        const area = under.getBoundingClientRect();
        const share = (at.clientY - area.top) / area.height;
        to = over.slotOf
          ? { parent: over.slotOf.id, slot: over.slot, index: 0, key: over.key, half: "in" }
          : { parent: over.parent, slot: over.slot, index: over.index + (share > 0.5 ? 1 : 0), key: over.key, half: share > 0.5 ? "after" : "before" };
        if (refusal(desk.doc, row.block, to, desk.kinds)) to = null;
      }
      setDrop(to && { key: to.key, half: to.half });
    };
    const stop = (isDone) => {
      removeEventListener("pointermove", moved, true);
      removeEventListener("pointerup", up, true);
      removeEventListener("pointercancel", cancel, true);
      setDrop(null);
      if (isDone && isMoving && to) desk.move(row.block.id, to);
    };
    const up = () => stop(true);
    const cancel = () => stop(false);
    addEventListener("pointermove", moved, true);
    addEventListener("pointerup", up, true);
    addEventListener("pointercancel", cancel, true);
  };

  const count = countOf(desk.doc);
  const bytes = bytesOf(desk.doc);
  const isNear = desk.doc.blocks.length > LIMITS.top - 4 || count > LIMITS.blocks * 0.9 || bytes > LIMITS.bytes * 0.9;
  return html`<div class="outline">
    <ul role="tree" aria-label=${t("Blocks of the page")} ref=${box}>
      ${rows.map((row) =>
        row.slotOf
          ? html`<li key=${row.key} role="treeitem" aria-level=${row.level} tabindex=${row.key === focusable ? 0 : -1} data-key=${row.key} aria-selected="false" style=${{ "--level": row.level }}
              class=${`slot ${drop?.key === row.key ? "drop-in" : ""}`} onKeyDown=${(event) => keys(event, row)} onClick=${() => desk.select(row.slotOf.id, { sheet: false })}>${row.title}${row.isEmpty ? ` · ${t("empty")}` : ""}</li>`
          : html`<li key=${row.key} role="treeitem" aria-level=${row.level} aria-selected=${String(row.block.id === selected)} aria-expanded=${row.hasInside ? String(!row.isClosed) : undefined}
              aria-posinset=${row.index + 1} aria-setsize=${row.count} tabindex=${row.key === focusable ? 0 : -1} data-key=${row.key} style=${{ "--level": row.level }}
              class=${`${row.block.off ? "off" : ""} ${drop?.key === row.key ? `drop-${drop.half}` : ""} ${desk.state.faults[row.block.id] ? "wrong" : ""}`}
              onKeyDown=${(event) => keys(event, row)} onPointerDown=${(event) => begin(event, row)} onClick=${() => desk.select(row.block.id)}>
              <i class="grip"><${Icon} name="grip" /></i>
              ${row.hasInside && html`<button type="button" tabindex="-1" class=${`fold ${row.isClosed ? "" : "open"}`} aria-label=${row.isClosed ? t("Open") : t("Close")} onClick=${(event) => { event.stopPropagation(); turn(row.key, !row.isClosed); }}><${Icon} name="chevron" /></button>`}
              <${BlockIcon} desk=${desk} type=${row.block.type} />
              <span>${desk.nameOf(row.block)}</span>
              ${(!desk.kindOf(row.block) || desk.kindOf(row.block).isLocked) && html`<${Icon} name="lock" />`}
              ${desk.mayEdit && html`<${IconButton} tabindex="-1" icon=${row.block.off ? "hidden" : "eye"} label=${row.block.off ? t("Show") : t("Hide")} onClick=${(event) => { event.stopPropagation(); desk.hide(row.block.id); }} />`}
            </li>`,
      )}
    </ul>
    ${!rows.length && html`<p class="empty">${t("The page is empty. Add a first block.")}</p>`}
    <p class=${`limits ${isNear ? "near" : ""}`}>${t("{top} of 30 at the top, {count} of 300 blocks, {bytes} of 256 KB", { top: desk.doc.blocks.length, count, bytes: Math.ceil(bytes / 1024) })}</p>
    ${desk.mayEdit && html`<div class="outline-actions">
      <button type="button" class="button secondary small" onClick=${() => desk.set({ panel: "palette", sheet: "palette" })}><${Icon} name="plus" />${t("Add a block")}</button>
      <button type="button" class="button secondary small" onClick=${() => desk.paste()}>${t("Paste")}</button>
    </div>`}
  </div>`;
}

/* The sign of a block; a question mark for one that is not installed. */
export function BlockIcon({ desk, type }) {
  const sign = SIGNS[desk.kinds[type]?.icon];
  return html`<i class="block-icon" aria-hidden="true">${sign ? html`<svg viewBox="0 0 24 24" class="i"><path d=${sign} /></svg>` : "?"}</i>`;
}
