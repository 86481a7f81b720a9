/* The editor's side of the bridge: the shop's real page, in another origin. */
import { html, useEffect, useRef, useState } from "./vendor/htm-preact-3.1.1.js";
import { walk } from "./tree.js";
import { t } from "./words.js";

const DELAY_MS = 60;
export const WIDTHS = { s: 375, m: 768, l: 1280 };

/* Sends what changed: blocks of the top level that are other objects than before. */
export class Bridge {
  constructor(desk) {
    Object.assign(this, { desk, frame: null, isReady: false, drawn: new Map(), stamp: 0, target: null });
    addEventListener("message", (event) => this.hear(event));
  }

  post(kind, more = {}) {
    if (this.isReady) this.frame.contentWindow.postMessage({ design: kind, ...more }, this.desk.facts.canvas.origin);
  }

  hear(event) {
    if (event.origin !== this.desk.facts.canvas.origin || event.source !== this.frame?.contentWindow) return;
    const { design: kind, ...told } = event.data || {};
    if (kind === "ready") this.begin(told);
    else this[`on_${kind}`]?.(told);
  }

  begin({ weight, faults }) {
    this.isReady = true;
    this.drawn = new Map();
    this.post("words", { words: { empty: t("Drop blocks here"), nothing: t("shows nothing yet"), grip: t("Drag"), up: t("Up"), down: t("Down"), copy: t("Duplicate"), hide: t("Hide or show"), remove: t("Delete") } });
    this.desk.set({ weight, faults, canvas: "ready" });
    this.post("zoom", { scale: this.scale || 1 });
    this.draw();
    this.post("theme", { css: this.desk.state.themeCss || "" });
    if (this.desk.state.selected) this.post("select", { id: this.desk.state.selected });
  }

  /* The first picture of the page was drawn from the draft as it was when the editor was opened. */
  trust(blocks) {
    this.trusted = blocks;
  }

  plan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), DELAY_MS);
  }

  draw() {
    clearTimeout(this.timer);
    if (!this.isReady) return;
    const { doc } = this.desk.history;
    const base = this.drawn.size || !this.trusted ? this.drawn : new Map(this.trusted.map((each) => [each.id, each]));
    const blocks = doc.blocks.filter((each) => base.get(each.id) !== each);
    this.drawn = new Map(doc.blocks.map((each) => [each.id, each]));
    this.stamp += 1;
    const all = [...walk(doc.blocks)].map((each) => each.block);
    this.post("draw", {
      blocks,
      ids: doc.blocks.map((each) => each.id),
      hidden: all.filter((each) => each.off).map((each) => each.id),
      names: Object.fromEntries(all.map((each) => [each.id, this.desk.nameOf(each)])),
      stamp: this.stamp,
    });
  }

  again() {
    this.trusted = null;
    this.drawn = new Map();
    this.draw();
  }

  on_drawn({ stamp, ids, weight, faults }) {
    const { faults: known, lastDraw: before } = this.desk.state;
    const isLast = stamp === this.stamp && this.desk.editedAt;
    const lastDraw = isLast ? performance.now() - this.desk.editedAt : before;
    if (isLast) this.desk.editedAt = 0;
    this.desk.set({ weight, faults: { ...Object.fromEntries(Object.entries(known).filter(([id]) => !ids.includes(id))), ...faults }, lastDraw, drawnStamp: stamp });
  }

  on_failed({ status }) {
    this.drawn = new Map();
    this.trusted = null;
    this.desk.set({ canvas: status === 403 ? "expired" : "failed" });
    if (status === 403) this.desk.renewCanvas();
  }

  on_select({ id }) {
    this.desk.select(id, { fromCanvas: true });
  }

  on_outside({ group }) {
    this.desk.set({ offered: group });
    if (!group) this.desk.select("");
  }

  on_act({ act, id }) {
    this.desk.act(act, id);
  }

  on_key({ key, ctrl, shift, alt }) {
    this.desk.key({ key, ctrlKey: ctrl, shiftKey: shift, altKey: alt, preventDefault() {} });
  }

  on_write({ id, text, nth }) {
    this.desk.write(id, text, nth);
  }

  on_wrote({ text }) {
    this.desk.wrote(text);
  }

  on_written() {
    this.desk.writing = null;
  }

  on_drag({ id }) {
    this.desk.select(id, { fromCanvas: true, sheet: false });
    this.desk.set({ sheet: "" });
    this.post("places", { allowed: this.desk.placesOf(id) });
  }

  on_dropped({ id, to }) {
    if (to) this.desk.move(id, to);
  }

  on_target({ to }) {
    this.target = to;
  }
}

/* Dragging from the palette: the pointer stays ours, the frame says where the block would land. */
export function dragNew(desk, event, block, { onEnd } = {}) {
  const frame = desk.bridge.frame;
  const allowed = desk.placesOf(block);
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  ghost.textContent = desk.nameOf(block);
  document.body.append(ghost);
  document.documentElement.classList.add("dragging");
  desk.bridge.target = null;
  let isOver = false;
  let waiting = false;
  const at = (moved) => {
    ghost.style.transform = `translate(${moved.clientX + 12}px, ${moved.clientY + 12}px)`;
    const area = frame.getBoundingClientRect();
    const scale = area.width / frame.offsetWidth;
    isOver = moved.clientX >= area.left && moved.clientX <= area.right && moved.clientY >= area.top && moved.clientY <= area.bottom;
    if (!isOver) {
      desk.bridge.post("leave");
      desk.bridge.target = null;
      return;
    }
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      desk.bridge.post("hover", { x: (moved.clientX - area.left) / scale, y: (moved.clientY - area.top) / scale, allowed });
    });
  };
  const end = (isDropped) => {
    removeEventListener("pointermove", at, true);
    removeEventListener("pointerup", up, true);
    removeEventListener("pointercancel", cancel, true);
    removeEventListener("keydown", escape, true);
    removeEventListener("touchmove", hold, { capture: true });
    ghost.remove();
    document.documentElement.classList.remove("dragging");
    // The frame answers a moment later than the pointer goes up.
    setTimeout(() => {
      desk.bridge.post("leave");
      if (isDropped && isOver && desk.bridge.target) desk.add(block, desk.bridge.target);
      onEnd?.();
    }, 80);
  };
  const up = () => end(true);
  const cancel = () => end(false);
  const escape = (pressed) => pressed.key === "Escape" && end(false);
  const hold = (touch) => touch.preventDefault();
  addEventListener("pointermove", at, true);
  addEventListener("pointerup", up, true);
  addEventListener("pointercancel", cancel, true);
  addEventListener("keydown", escape, true);
  addEventListener("touchmove", hold, { capture: true, passive: false });
  at(event);
}

/* Begins a drag after a few pixels of a mouse, or when a finger rests. */
export function dragStart(desk, make, options) {
  return (event) => {
    if (event.button) return;
    const { clientX: x, clientY: y, pointerType } = event;
    const isTouch = pointerType === "touch";
    let timer = 0;
    const stop = () => {
      clearTimeout(timer);
      removeEventListener("pointermove", moved, true);
      removeEventListener("pointerup", stop, true);
      removeEventListener("pointercancel", stop, true);
    };
    const begin = (at) => {
      stop();
      options?.onStart?.();
      dragNew(desk, at, make(), options);
    };
    const moved = (at) => {
      const far = Math.hypot(at.clientX - x, at.clientY - y);
      if (isTouch && far > 10) stop();
      else if (!isTouch && far > 6) begin(at);
    };
    if (isTouch) {
      event.target.releasePointerCapture?.(event.pointerId);
      timer = setTimeout(() => begin(event), 350);
    }
    addEventListener("pointermove", moved, true);
    addEventListener("pointerup", stop, true);
    addEventListener("pointercancel", stop, true);
  };
}

export function CanvasView({ desk }) {
  const box = useRef(null);
  const [room, setRoom] = useState({ width: 800, height: 600 });
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) => setRoom({ width: entry.contentRect.width, height: entry.contentRect.height }));
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  const { width, canvasUrl } = desk.state;
  const real = WIDTHS[width];
  const scale = Math.min(1, room.width / real);
  useEffect(() => {
    desk.bridge.scale = scale;
    desk.bridge.post("zoom", { scale });
  }, [scale]);
  const size = { width: `${real}px`, height: `${room.height / scale}px`, transform: `scale(${scale})` };
  const label = t("The page as it will look");
  return html`<div class="stage" ref=${box} onPointerDown=${() => desk.set({ offered: "" })}>
    <div class="paper" style=${{ width: `${real * scale}px`, height: `${room.height}px` }}>
      <iframe key=${canvasUrl} src=${canvasUrl} title=${label} style=${size} sandbox="allow-scripts allow-same-origin allow-forms"
        ref=${(node) => {
          if (node && node !== desk.bridge.frame) Object.assign(desk.bridge, { frame: node, isReady: false });
        }}></iframe>
      ${desk.state.canvas === "loading" && html`<p class="veil" role="status">${t("The page is being drawn…")}</p>`}
      ${desk.state.canvas === "failed" && html`<p class="veil" role="alert">${t("The preview could not be drawn. Your work is safe.")}</p>`}
    </div>
  </div>`;
}
