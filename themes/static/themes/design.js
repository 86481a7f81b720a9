/* The bridge: loaded only where a page is shown inside the editor. It knows ids and slots, never settings. */

const facts = JSON.parse(document.querySelector("[data-design]").dataset.design);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const sheets = new Map();
const state = { selected: "", words: {}, names: {}, hidden: new Set(), drag: null, waiting: new Map(), busy: false, writing: null };

const isEdited = !facts.isFixed && parent !== window;
const tell = (kind, more = {}) => isEdited && parent.postMessage({ design: kind, ...more }, facts.console);

/* Blocks stand between two comments, "slot:<parent>/<name>" and "/slot:…"; what holds both is the slot's box. */
function slots() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data;
    if (text.startsWith("slot:")) found.push(slotOf(walker.currentNode, text.slice(5)));
  }
  return found;
}

function slotOf(start, name) {
  const blocks = [];
  let end = start.nextSibling;
  while (end && !(end.nodeType === Node.COMMENT_NODE && end.data === `/slot:${name}`)) {
    if (end.nodeType === Node.ELEMENT_NODE && end.classList.contains("block")) blocks.push(end);
    end = end.nextSibling;
  }
  const [owner, slot] = name === "/" ? ["", ""] : [name.slice(0, name.lastIndexOf("/")), name.slice(name.lastIndexOf("/") + 1)];
  return { name, owner, slot, start, end, box: start.parentElement, blocks };
}

/* Empty slots show that something can be put there. */
function dress() {
  for (const each of slots()) {
    let hint = each.start.nextSibling;
    while (hint && hint !== each.end && !hint.classList?.contains("design-empty")) hint = hint.nextSibling;
    hint = hint === each.end ? null : hint;
    if (!each.blocks.length && !hint) {
      const empty = document.createElement("div");
      empty.className = "design-empty";
      empty.textContent = state.words.empty || "";
      each.end.before(empty);
    } else if (each.blocks.length && hint) hint.remove();
  }
  for (const id of facts.ids()) {
    const block = document.getElementById(id);
    block.classList.toggle("design-hidden", state.hidden.has(id));
    // What shows nothing yet, for want of products, can be taken hold of all the same.
    block.classList.remove("design-nothing");
    if (areaOf(block).height < 8 && !block.className.includes("only-")) {
      block.classList.add("design-nothing");
      block.dataset.designName = `${state.names[id] || ""} · ${state.words.nothing || ""}`;
    }
  }
}
facts.ids = () => slots().flatMap((each) => each.blocks.map((block) => block.id));

const blockAt = (target) => {
  const found = target instanceof Element ? target.closest(".block") : null;
  if (!found) return null;
  return facts.ids().includes(found.id) ? found : blockAt(found.parentElement);
};

/* --- the frame around what is chosen ---------------------------------------------------- */

const frame = document.createElement("div");
frame.className = "design-frame";
frame.hidden = true;
const bar = document.createElement("div");
bar.className = "design-bar";
const line = document.createElement("div");
line.className = "design-line";
line.hidden = true;
document.body.append(frame, line);
frame.append(bar);

const SIGNS = {
  grip: "M9 5h.01M15 5h.01M9 12h.01M15 12h.01M9 19h.01M15 19h.01",
  up: "M12 19V6M6 12l6-6 6 6",
  down: "M12 5v13M6 12l6 6 6-6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  hide: "M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM4 4l16 16",
  remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
};

function buttons() {
  bar.replaceChildren();
  const name = document.createElement("span");
  bar.append(name);
  for (const [act, path] of Object.entries(SIGNS)) {
    const button = document.createElement("button");
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
    icon.setAttribute("viewBox", "0 0 24 24");
    drawn.setAttribute("d", path);
    icon.append(drawn);
    button.append(icon);
    button.type = "button";
    button.dataset.act = act;
    button.title = state.words[act] || act;
    button.setAttribute("aria-label", button.title);
    bar.append(button);
  }
}

function place() {
  const chosen = state.selected && document.getElementById(state.selected);
  frame.hidden = !chosen || Boolean(state.drag);
  if (frame.hidden) return;
  const area = areaOf(chosen);
  Object.assign(frame.style, {
    left: `${area.left + scrollX}px`,
    top: `${area.top + scrollY}px`,
    width: `${area.width}px`,
    height: `${area.height}px`,
  });
  bar.querySelector("span").textContent = state.names[state.selected] || "";
  bar.classList.toggle("inside", area.top < 44);
}

/* Sticky and floating pieces have their box elsewhere than their wrapper. */
function areaOf(block) {
  const own = block.getBoundingClientRect();
  if (own.height > 2 || !block.firstElementChild) return own;
  return block.firstElementChild.getBoundingClientRect();
}

function select(id, { scroll = false, quietly = false } = {}) {
  state.selected = id;
  const block = id && document.getElementById(id);
  if (block && scroll) {
    const area = areaOf(block);
    if (area.bottom < 60 || area.top > innerHeight - 60) block.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  }
  place();
  if (!quietly) tell("select", { id });
}

/* --- drawing ------------------------------------------------------------------------------ */

async function draw(order) {
  Object.assign(state, { names: order.names, hidden: new Set(order.hidden) });
  for (const block of order.blocks) state.waiting.set(block.id, block);
  state.order = order;
  await drawAll();
}

/* Nothing is drawn under the hands of somebody who writes on the page. */
async function drawAll() {
  if (state.busy || state.writing || !state.order) return;
  state.busy = true;
  try {
    while (state.order && !state.writing) await drawOnce();
  } finally {
    state.busy = false;
  }
}

async function drawOnce() {
  const order = state.order;
  const blocks = [...state.waiting.values()];
  state.order = null;
  state.waiting.clear();
  let drawn = { html: {}, css: {} };
  const started = performance.now();
  if (blocks.length) {
    const answer = await fetch(facts.draw, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Design": facts.token },
      body: JSON.stringify({ blocks, query: facts.query }),
    });
    if (!answer.ok) {
      tell("failed", { status: answer.status });
      return;
    }
    drawn = await answer.json();
  }
  put(order.ids, drawn);
  dress();
  place();
  tell("drawn", { ids: blocks.map((each) => each.id), stamp: order.stamp, ms: performance.now() - started, weight: weight(), faults: drawn.faults || {} });
}

function put(ids, drawn) {
  const top = slots().find((each) => each.name === "/");
  if (!top) return;
  const old = new Map(top.blocks.map((each) => [each.id, each]));
  for (const [id, html] of Object.entries(drawn.html)) {
    const made = document.createElement("template");
    made.innerHTML = html;
    const block = made.content.firstElementChild;
    if (!block) continue;
    if (old.has(id)) old.get(id).replaceWith(block);
    old.set(id, block);
    style(id, drawn.css[id] || "");
  }
  for (const [id, block] of old) {
    if (ids.includes(id)) continue;
    block.remove();
    style(id, "");
  }
  let after = top.start;
  for (const id of ids) {
    const block = old.get(id);
    if (!block) continue;
    if (after.nextSibling !== block) after.after(block);
    after = block;
  }
}

function style(id, text) {
  if (!sheets.has(id)) {
    if (!text) return;
    const made = new CSSStyleSheet();
    sheets.set(id, made);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, made];
  }
  sheets.get(id).replaceSync(text);
}

const weight = () => {
  const files = performance.getEntriesByType("resource");
  const bytes = (kinds) => files.filter((each) => kinds.includes(each.initiatorType)).reduce((sum, each) => sum + each.encodedBodySize, 0);
  return {
    html: new TextEncoder().encode(document.documentElement.outerHTML).length,
    images: bytes(["img", "css"]),
    pictures: document.images.length,
    requests: files.filter((each) => each.initiatorType !== "fetch").length,
  };
};

/* --- dragging ----------------------------------------------------------------------------- */

/* The deepest slot under a point that takes the block, and where in it the block would stand. */
function targetAt(x, y, allowed) {
  let best = null;
  for (const each of slots()) {
    if (!allowed.has(each.name)) continue;
    const area = boundsOf(each);
    const isOver = x >= area.left - 4 && x <= area.right + 4 && y >= area.top - 4 && y <= area.bottom + 4;
    if (each.name !== "/" && !isOver) continue;
    const depth = depthOf(each.box);
    if (!best || (each.name !== "/" && depth >= best.depth)) best = { ...each, depth };
  }
  return best && { ...best, ...indexIn(best, x, y) };
}

const depthOf = (element) => (element ? 1 + depthOf(element.parentElement) : 0);

function boundsOf(each) {
  const areas = [...each.blocks.map(areaOf)];
  for (let node = each.start; node && node !== each.end; node = node.nextSibling) {
    if (node.classList?.contains("design-empty")) areas.push(node.getBoundingClientRect());
  }
  if (!areas.length) return each.box.getBoundingClientRect();
  return {
    left: Math.min(...areas.map((area) => area.left)),
    right: Math.max(...areas.map((area) => area.right)),
    top: Math.min(...areas.map((area) => area.top)),
    bottom: Math.max(...areas.map((area) => area.bottom)),
  };
}

function indexIn(each, x, y) {
  const areas = each.blocks.map((block) => ({ block, area: areaOf(block) })).filter(({ area }) => area.height || area.width);
  if (!areas.length) return { index: 0, mark: boundsOf(each), isRow: false };
  const isRow = areas.length > 1 && areas[1].area.left > areas[0].area.right - 4;
  const gap = (low, high, at) => (at < low ? low - at : at > high ? at - high : 0);
  const near = areas.reduce((best, one) => {
    const far = gap(one.area.left, one.area.right, x) ** 2 + gap(one.area.top, one.area.bottom, y) ** 2;
    return !best || far < best.far ? { ...one, far } : best;
  }, null);
  const { area } = near;
  const isAfter = isRow ? x > area.left + area.width / 2 : y > area.top + area.height / 2;
  return { index: each.blocks.indexOf(near.block) + (isAfter ? 1 : 0), mark: area, isRow, isAfter };
}

function showLine(target) {
  line.hidden = !target;
  if (!target) return;
  const { mark, isRow, isAfter } = target;
  const thick = 4;
  Object.assign(line.style, {
    left: `${(isRow ? (isAfter ? mark.right : mark.left) - thick / 2 : mark.left) + scrollX}px`,
    top: `${(isRow ? mark.top : (isAfter ? mark.bottom : mark.top) - thick / 2) + scrollY}px`,
    width: `${isRow ? thick : mark.right - mark.left}px`,
    height: `${isRow ? mark.bottom - mark.top : thick}px`,
  });
}

/* Told by the block that would follow: what the page does not show has no number in it. */
const placeOf = (target) => target && { parent: target.owner || null, slot: target.slot, before: target.blocks[target.index]?.id || null };

function hover(x, y, allowed) {
  const target = targetAt(x, y, allowed);
  showLine(target);
  const edge = 56;
  if (y < edge) scrollBy(0, -Math.ceil((edge - y) / 4));
  else if (y > innerHeight - edge) scrollBy(0, Math.ceil((y - innerHeight + edge) / 4));
  return placeOf(target);
}

function begin(id, event) {
  state.drag = { id, pointer: event.pointerId, to: null, allowed: null, x: event.clientX, y: event.clientY };
  document.documentElement.classList.add("design-dragging");
  document.getElementById(id)?.classList.add("design-dragged");
  try {
    document.documentElement.setPointerCapture(event.pointerId);
  } catch {
    /* The pointer went up in between. */
  }
  place();
  tell("drag", { id });
}

function finish(isDropped) {
  const { id, to } = state.drag;
  document.getElementById(id)?.classList.remove("design-dragged");
  document.documentElement.classList.remove("design-dragging");
  state.drag = null;
  showLine(null);
  place();
  tell("dropped", { id, to: isDropped ? to : null });
}

/* --- writing on the page ------------------------------------------------------------------ */

/* What was tapped, if it is a text and nothing more; and which it is of those that say the same. */
function textAt(target) {
  const block = target instanceof Element && !target.closest(".design-frame") ? blockAt(target) : null;
  const text = target.innerText?.trim();
  if (!block || !text || text.length > 2_000 || target === block || target.querySelector("*:not(br)")) return null;
  const alike = [...block.querySelectorAll("*")].filter((each) => each.innerText?.trim() === text && !each.querySelector("*:not(br)"));
  return { block, element: target, text, nth: alike.indexOf(target) };
}

function ask(target) {
  const found = !state.drag && !state.writing && textAt(target);
  if (!found) return;
  state.asked = found.element;
  tell("write", { id: found.block.id, text: found.text, nth: found.nth });
}

function write({ longest, isLong }) {
  const element = state.asked;
  if (!element?.isConnected || state.writing) return;
  const before = element.innerText.trim();
  state.writing = { element, before, isLong };
  element.contentEditable = "plaintext-only";
  element.classList.add("design-writing");
  element.focus();
  getSelection().selectAllChildren(element);
  element.oninput = () => {
    const text = isLong ? element.innerText : element.innerText.replace(/\s*\n\s*/g, " ");
    const fits = longest ? text.slice(0, longest) : text;
    if (fits !== text) element.textContent = fits;
    tell("wrote", { text: fits });
    place();
  };
  element.onblur = () => stopWriting();
}

function stopWriting({ isKept = true } = {}) {
  const { element } = state.writing || {};
  if (!element) return;
  state.writing = null;
  Object.assign(element, { oninput: null, onblur: null });
  element.removeAttribute("contenteditable");
  element.classList.remove("design-writing");
  if (!isKept) tell("wrote", { text: null });
  tell("written");
  drawAll();
}

addEventListener("dblclick", (event) => isEdited && ask(event.target), true);

let press = null;
const letGo = () => {
  clearTimeout(press?.timer);
  press = null;
};

addEventListener("pointerdown", (event) => {
  if (!isEdited || event.button || state.drag || state.writing?.element.contains(event.target)) return;
  const act = event.target instanceof Element ? event.target.closest("[data-act]") : null;
  if (act && act.dataset.act !== "grip") return;
  const block = act ? document.getElementById(state.selected) : blockAt(event.target);
  if (!block) return;
  press = { id: block.id, x: event.clientX, y: event.clientY, event, isGrip: Boolean(act) };
  // A finger scrolls, unless it rests or takes the grip.
  if (event.pointerType === "touch" && !act) press.timer = setTimeout(() => press && begin(press.id, press.event), 350);
}, true);

addEventListener("pointermove", (event) => {
  if (state.drag && event.pointerId === state.drag.pointer) {
    if (state.drag.allowed) state.drag.to = hover(event.clientX, event.clientY, state.drag.allowed);
    return;
  }
  if (!press || press.event.pointerId !== event.pointerId) return;
  const far = Math.hypot(event.clientX - press.x, event.clientY - press.y);
  if (event.pointerType === "touch" && !press.isGrip) {
    if (far > 10) letGo();
  } else if (far > 6) {
    const { id } = press;
    letGo();
    begin(id, event);
  }
}, true);

addEventListener("pointerup", (event) => {
  letGo();
  if (!state.drag || event.pointerId !== state.drag.pointer) return;
  state.hasDragged = true;
  setTimeout(() => { state.hasDragged = false; }, 0);
  finish(true);
}, true);
addEventListener("pointercancel", () => {
  letGo();
  if (state.drag) finish(false);
}, true);
addEventListener("touchmove", (event) => {
  if (state.drag || press?.isGrip) event.preventDefault();
}, { passive: false, capture: true });
addEventListener("dragstart", (event) => event.preventDefault(), true);
addEventListener("contextmenu", (event) => {
  if (state.drag) event.preventDefault();
}, true);
addEventListener("selectstart", (event) => {
  if (state.drag || press) event.preventDefault();
}, true);

/* --- clicks and keys ------------------------------------------------------------------------ */

addEventListener("click", (event) => {
  if (!isEdited) return;
  event.preventDefault();
  event.stopPropagation();
  if (state.hasDragged || state.writing?.element.contains(event.target)) return;
  const act = event.target instanceof Element ? event.target.closest("[data-act]") : null;
  if (act) {
    if (act.dataset.act !== "grip") tell("act", { act: act.dataset.act, id: state.selected });
    return;
  }
  const block = blockAt(event.target);
  // A finger has no double click: the second tap on a block that is chosen is one.
  if (block && block.id === state.selected && event.pointerType === "touch") ask(event.target);
  if (block) select(block.id);
  else tell("outside", { group: groupAt(event.target) });
}, true);
addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
}, true);

const groupAt = (target) => {
  const block = target instanceof Element ? target.closest(".block") : null;
  return block ? facts.groups.find((name) => facts.standing[name].includes(block.id)) || "" : "";
};

const KEYS = new Set(["Delete", "Backspace", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
addEventListener("keydown", (event) => {
  if (!isEdited) return;
  if (state.writing) {
    const isOver = event.key === "Escape" || (event.key === "Enter" && !state.writing.isLong && !event.isComposing);
    if (isOver) {
      event.preventDefault();
      stopWriting({ isKept: event.key === "Enter" });
    }
    return;
  }
  if (event.key === "Escape" && state.drag) {
    finish(false);
    return;
  }
  const isCommand = event.ctrlKey || event.metaKey;
  if (!isCommand && !(KEYS.has(event.key) && (event.altKey || !event.key.startsWith("Arrow")))) return;
  if (isCommand && !"zydcxvs".includes(event.key.toLowerCase())) return;
  event.preventDefault();
  tell("key", { key: event.key, ctrl: isCommand, shift: event.shiftKey, alt: event.altKey });
}, true);

/* --- what the editor says ------------------------------------------------------------------- */

const HEARD = {
  words: ({ words }) => {
    state.words = words;
    buttons();
    dress();
  },
  draw,
  select: ({ id }) => select(id, { scroll: true, quietly: true }),
  places: ({ allowed }) => {
    if (state.drag) state.drag.allowed = new Set(allowed);
  },
  hover: ({ x, y, allowed }) => tell("target", { to: hover(x, y, new Set(allowed)) }),
  write,
  leave: () => showLine(null),
  zoom: ({ scale }) => document.documentElement.style.setProperty("--design-zoom", String(1 / scale)),
  theme: ({ css }) => style("@theme", css),
};

addEventListener("message", (event) => {
  if (event.origin !== facts.console || event.source !== parent) return;
  HEARD[event.data?.design]?.(event.data);
});

new ResizeObserver(place).observe(document.body);
addEventListener("scroll", place, { passive: true, capture: true });
addEventListener("load", place, true);
for (const [id, text] of Object.entries(facts.css)) style(id, text);
if (isEdited) {
  buttons();
  dress();
  tell("ready", { weight: weight(), faults: facts.faults });
} else {
  frame.remove();
}
