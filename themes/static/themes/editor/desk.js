/* What is being edited, and all that can be done to it. Views ask the desk and draw what it holds. */
import { ask, Refusal } from "./api.js";
import { Bridge } from "./canvas.js";
import { History, remember, remembered } from "./history.js";
import { insert, listAt, locate, move, placesFor, refusal, remove, renewed, update } from "./tree.js";
import { settingOf, withTextAt } from "./texts.js";
import { said, t } from "./words.js";

const SAVE_MS = 1_500;
const CLIP = "design.clip";

export class Desk {
  constructor(facts) {
    this.facts = facts;
    this.kinds = facts.blocks;
    this.listeners = new Set();
    this.history = new History(facts.draft.doc);
    this.rev = facts.draft.rev;
    this.saved = facts.draft.doc;
    this.state = {
      selected: "",
      width: innerWidth < 900 ? "s" : "l",
      language: "",
      panel: "outline",
      sheet: "",
      dialog: "",
      canvas: "loading",
      canvasUrl: facts.canvas.url,
      saving: "saved",
      faults: {},
      others: [],
      offered: "",
      notice: "",
      weight: null,
    };
    this.bridge = new Bridge(this);
    this.bridge.trust(facts.draft.doc.blocks);
  }

  /* --- state -------------------------------------------------------------------------- */

  watch(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(more) {
    Object.assign(this.state, more);
    for (const each of this.listeners) each();
  }

  say(notice, tone = "good") {
    clearTimeout(this.saying);
    this.set({ notice, tone });
    this.saying = setTimeout(() => this.set({ notice: "" }), tone === "bad" ? 8_000 : 4_000);
  }

  announce(text) {
    const place = document.getElementById("announce");
    place.textContent = "";
    setTimeout(() => {
      place.textContent = text;
    }, 30);
  }

  get doc() {
    return this.history.doc;
  }

  get mayEdit() {
    return this.facts.may.edit;
  }

  kindOf(block) {
    return this.kinds[block.type];
  }

  nameOf(block) {
    return block.name || this.titleOf(block.type);
  }

  titleOf(type) {
    return said(this.kinds[type]?.title, "") || t("A block that is not installed");
  }

  chosen() {
    return this.state.selected ? locate(this.doc, this.state.selected) : null;
  }

  select(id, { fromCanvas = false, sheet = true } = {}) {
    const found = id && locate(this.doc, id);
    this.set({ selected: found ? id : "", sheet: found && sheet ? "settings" : this.state.sheet === "settings" ? "" : this.state.sheet });
    if (!fromCanvas) this.bridge.post("select", { id: this.state.selected });
  }

  /* --- changes ------------------------------------------------------------------------ */

  change(doc, key = "") {
    if (!this.mayEdit || !this.history.apply(doc, key)) return false;
    this.changed();
    return true;
  }

  changed() {
    if (this.state.selected && !locate(this.doc, this.state.selected)) this.set({ selected: "" });
    this.editedAt ||= performance.now();
    this.bridge.plan();
    this.set({ saving: "waiting" });
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.save(), SAVE_MS);
    this.keepSoon();
  }

  undo() {
    if (this.history.undo()) this.afterStep(t("Undone"));
  }

  redo() {
    if (this.history.redo()) this.afterStep(t("Redone"));
  }

  afterStep(text) {
    this.changed();
    this.announce(text);
  }

  edit(id, change, key = "") {
    return this.change(update(this.doc, id, change), key && `${id}:${key}`);
  }

  placesOf(wanted) {
    const block = typeof wanted === "string" ? locate(this.doc, wanted)?.block : wanted;
    return block ? placesFor(this.doc, block, this.kinds) : [];
  }

  /* After the chosen block, or at the end; never where the block is not taken. */
  placeFor(block) {
    const at = this.chosen();
    if (at) {
      for (const slot of Object.keys(this.kindOf(at.block)?.slots || {})) {
        const inside = { parent: at.block.id, slot, index: listAt(this.doc, at.block.id, slot).length };
        if (!inside.index && !refusal(this.doc, block, inside, this.kinds)) return inside;
      }
      const beside = { parent: at.parent?.id || null, slot: at.slot, index: at.index + 1 };
      if (!refusal(this.doc, block, beside, this.kinds)) return beside;
      const top = this.doc.blocks.indexOf(at.trail[0]) + 1;
      return { parent: null, slot: "", index: top };
    }
    return { parent: null, slot: "", index: this.doc.blocks.length };
  }

  add(made, place = this.placeFor(made)) {
    const to = this.placed(place);
    const why = refusal(this.doc, made, to, this.kinds);
    if (why) {
      this.say(this.whyNot(why), "bad");
      return;
    }
    const block = renewed(made, this.doc);
    if (!this.change(insert(this.doc, to, block))) return;
    this.select(block.id);
    this.announce(t("{name} was added", { name: this.nameOf(block) }));
  }

  whyNot(why) {
    return {
      top: t("A page holds at most 30 blocks at the top level."),
      blocks: t("A page holds at most 300 blocks."),
      depth: t("Blocks go five levels deep."),
      full: t("There is no more room in this place."),
      allow: t("This place does not take such a block."),
      kind: t("This block can stand on a page only so often."),
    }[why] || t("The block cannot stand here.");
  }

  /* The bridge tells places by the block that follows. */
  placed(to) {
    if (!("before" in to)) return to;
    const list = listAt(this.doc, to.parent, to.slot);
    const index = list.findIndex((each) => each.id === to.before);
    return { parent: to.parent, slot: to.slot, index: index < 0 ? list.length : index };
  }

  move(id, place) {
    const at = locate(this.doc, id);
    if (!at) return;
    const to = this.placed(place);
    const why = refusal(this.doc, at.block, to, this.kinds);
    if (why) {
      this.say(this.whyNot(why), "bad");
      return;
    }
    if (!this.change(move(this.doc, id, to))) return;
    this.select(id, { sheet: false });
    const now = locate(this.doc, id);
    this.announce(t("{name}: place {place} of {count}", { name: this.nameOf(at.block), place: now.index + 1, count: now.list.length }));
  }

  step(id, by) {
    const at = locate(this.doc, id);
    if (!at) return;
    const index = at.index + by;
    if (index < 0 || index >= at.list.length) return;
    this.move(id, { parent: at.parent?.id || null, slot: at.slot, index: by > 0 ? index + 1 : index });
  }

  /* Out of the block around it, or into the block before it. */
  shift(id, by) {
    const at = locate(this.doc, id);
    if (!at) return;
    if (by < 0 && at.parent) {
      const outer = locate(this.doc, at.parent.id);
      this.move(id, { parent: outer.parent?.id || null, slot: outer.slot, index: outer.index + 1 });
    } else if (by > 0 && at.index > 0) {
      const before = at.list[at.index - 1];
      for (const slot of Object.keys(this.kindOf(before)?.slots || {})) {
        const to = { parent: before.id, slot, index: listAt(this.doc, before.id, slot).length };
        if (!refusal(this.doc, at.block, to, this.kinds)) {
          this.move(id, to);
          return;
        }
      }
    }
  }

  act(act, id) {
    const at = locate(this.doc, id);
    if (!at) return;
    if (act === "up") this.step(id, -1);
    if (act === "down") this.step(id, 1);
    if (act === "copy") this.add(at.block, { parent: at.parent?.id || null, slot: at.slot, index: at.index + 1 });
    if (act === "remove") this.take(id);
    if (act === "hide") this.hide(id);
  }

  /* A text on the page that somebody means to write: the setting that it is, if it is one. */
  write(id, text, nth) {
    const at = this.mayEdit && locate(this.doc, id);
    if (at?.block.type === "core.ref") {
      this.openPart(at.block);
      return;
    }
    const properties = at && this.kindOf(at.block)?.properties;
    const found = properties && settingOf(at.block, properties, text, nth, this.state.language, this);
    this.writing = found ? { id, path: found.path, before: found.text } : null;
    if (found) this.bridge.post("write", { longest: found.schema.maxLength || 0, isLong: found.schema["x-widget"] === "textarea" });
    else if (properties && Object.values(properties).some((each) => each["x-widget"] === "richtext")) this.set({ sheet: "settings" });
  }

  wrote(text) {
    const { id, path, before } = this.writing || {};
    if (!id) return;
    const value = text ?? before;
    this.edit(id, (block) => withTextAt(block, path, value, this.kindOf(block).properties, this.state.language, this), `${path.join(".")}${this.state.language}`);
  }

  /* The page gets blocks of its own in place of a part, and follows it no longer. */
  async detach(id) {
    const at = locate(this.doc, id);
    const part = at && this.partOf(at.block);
    if (!part) return;
    let told;
    try {
      told = await ask(`${this.facts.urls.parts}${part.id}/`);
    } catch {
      this.say(t("That did not work. Try again."), "bad");
      return;
    }
    let doc = remove(this.doc, id);
    const to = { parent: at.parent?.id || null, slot: at.slot };
    for (const [step, each] of told.blocks.entries()) {
      const place = { ...to, index: at.index + step };
      const why = refusal(doc, each, place, this.kinds);
      if (why) {
        this.say(this.whyNot(why), "bad");
        return;
      }
      doc = insert(doc, place, renewed(each, doc));
    }
    if (!this.change(doc)) return;
    this.select(listAt(doc, to.parent, to.slot)[at.index]?.id || "", { sheet: false });
    this.say(t("The blocks are this page's own now."));
  }

  hide(id) {
    const isOff = Boolean(locate(this.doc, id)?.block.off);
    this.edit(id, (block) => {
      const { off, ...rest } = block;
      return off ? rest : { ...rest, off: true };
    });
    this.announce(isOff ? t("Shown") : t("Hidden"));
  }

  take(id) {
    const at = locate(this.doc, id);
    if (!at || !this.change(remove(this.doc, id))) return;
    const list = listAt(this.doc, at.parent?.id, at.slot);
    const next = list[Math.min(at.index, list.length - 1)] || at.parent;
    this.select(next?.id || "", { sheet: false });
    this.announce(t("{name} was deleted", { name: this.nameOf(at.block) }));
  }

  clip(id, isCut) {
    const at = locate(this.doc, id);
    if (!at) return;
    localStorage.setItem(CLIP, JSON.stringify(at.block));
    navigator.clipboard?.writeText(JSON.stringify(at.block)).catch(() => null);
    if (isCut) this.take(id);
    this.announce(t("Copied"));
    this.say(t("Copied. Paste it on this page or another."));
  }

  clipped() {
    try {
      return JSON.parse(localStorage.getItem(CLIP) || "null");
    } catch {
      return null;
    }
  }

  paste() {
    const block = this.clipped();
    if (block) this.add(block);
  }

  /* --- keys --------------------------------------------------------------------------- */

  key(event) {
    const { key, altKey: alt, shiftKey: shift } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    const id = this.state.selected;
    const done = {
      z: () => (shift ? this.redo() : this.undo()),
      y: () => this.redo(),
      s: () => this.save(),
      d: () => id && this.act("copy", id),
      c: () => id && this.clip(id, false),
      x: () => id && this.clip(id, true),
      v: () => this.paste(),
    };
    const arrows = { ArrowUp: () => this.step(id, -1), ArrowDown: () => this.step(id, 1), ArrowLeft: () => this.shift(id, -1), ArrowRight: () => this.shift(id, 1) };
    const act = isCommand ? done[key.toLowerCase()] : alt ? id && arrows[key] : { Delete: () => id && this.take(id), Backspace: () => id && this.take(id), Escape: () => this.select("") }[key];
    if (!act) return false;
    event.preventDefault();
    act();
    return true;
  }

  /* --- keeping ------------------------------------------------------------------------ */

  get storeKey() {
    return `${this.facts.person}:${this.facts.page.id}`;
  }

  keepSoon() {
    clearTimeout(this.keepTimer);
    this.keepTimer = setTimeout(() => this.keep(), 600);
  }

  keep() {
    const { doc, past, future } = this.history;
    return remember(this.storeKey, { doc, past, future, rev: this.rev });
  }

  /* History of an earlier visit counts while nobody else saved in between. */
  async recover() {
    const kept = await remembered(this.storeKey);
    if (!kept || kept.rev !== this.rev) return;
    const isSame = JSON.stringify(kept.doc) === JSON.stringify(this.doc);
    this.history = new History(isSame ? this.doc : kept.doc, { past: kept.past, future: kept.future });
    if (isSame) this.set({});
    else this.changed();
  }

  async save() {
    clearTimeout(this.saveTimer);
    if (!this.mayEdit) return true;
    if (this.saveRun) {
      await this.saveRun;
      return this.save();
    }
    if (this.doc === this.saved && this.state.saving !== "failed") {
      this.set({ saving: "saved" });
      return true;
    }
    this.saveRun = this.send();
    const isSaved = await this.saveRun;
    this.saveRun = null;
    return isSaved;
  }

  async send() {
    const { doc } = this;
    this.set({ saving: "saving" });
    try {
      const told = await ask(this.facts.urls.draft, "PUT", { doc, rev: this.rev });
      Object.assign(this, { rev: told.rev, saved: doc });
      this.set({ saving: this.doc === doc ? "saved" : "waiting", faultTexts: [] });
      this.keep();
      return true;
    } catch (refusal_) {
      this.refused(refusal_);
      return false;
    }
  }

  refused(refusal_) {
    if (refusal_ instanceof Refusal && refusal_.status === 409) {
      this.set({ saving: "conflict", dialog: "conflict", conflict: refusal_.told });
    } else if (refusal_ instanceof Refusal && refusal_.status === 422) {
      this.set({ saving: "failed", faultTexts: refusal_.told.faults || [refusal_.message] });
    } else if (refusal_ instanceof Refusal && refusal_.status === 401) {
      this.set({ saving: "failed", dialog: "signin" });
    } else {
      this.set({ saving: "failed" });
      this.saveTimer = setTimeout(() => this.save(), 8_000);
    }
  }

  /* Nothing is lost: what is not taken stays a step away. */
  async settle(isMine) {
    const { doc, rev } = await ask(this.facts.urls.draft);
    this.rev = rev;
    this.saved = doc;
    this.set({ dialog: "", conflict: null, saving: "waiting" });
    if (isMine) {
      const mine = this.doc;
      this.history.apply(doc);
      this.history.apply(mine);
      await this.save();
    } else {
      this.history.apply(doc);
      this.bridge.plan();
      this.set({ saving: "saved" });
      this.keep();
    }
  }

  async renewCanvas() {
    const told = await ask(this.facts.urls.canvas);
    this.bridge.isReady = false;
    this.bridge.trust(null);
    this.set({ canvasUrl: told.url, canvas: "loading" });
  }

  replace(doc) {
    this.change(doc);
    this.bridge.draw();
  }

  pageSettings(change, key) {
    this.change({ ...this.doc, settings: change(this.doc.settings || {}) }, key && `page:${key}`);
  }

  /* --- who else is here ---------------------------------------------------------------- */

  async beat() {
    try {
      const told = await ask(this.facts.urls.presence, "POST", { rev: this.rev });
      this.set({ others: told.others });
      if (told.rev > this.rev && this.doc === this.saved && !this.saveRun) await this.settle(false);
    } catch {
      /* The next beat tells. */
    }
  }

  unsaved() {
    return this.mayEdit && this.doc !== this.saved;
  }


  /* --- the rest ------------------------------------------------------------------------- */

  faultOf(id, name) {
    return this.state.faults[id]?.[name] || "";
  }

  focusForm() {
    requestAnimationFrame(() => document.querySelector("#form input, #form textarea, #form select, #form button")?.focus());
  }

  async go(page, more = {}) {
    const query = new URLSearchParams(more).toString();
    if (await this.save()) location.href = `${this.facts.urls.pages}${page}/${query && `?${query}`}`;
  }

  partOf(block) {
    return this.facts.parts.find((each) => each.handle === block.settings?.part);
  }

  /* A part is edited on a page of its own, which knows the way back to the block that shows it. */
  openPart(block) {
    const part = this.partOf(block);
    if (part) this.go(part.id, { from: this.facts.page.id, at: block.id });
  }

  /* Where somebody came from who edits a part: the page, and the block of it. */
  cameFrom() {
    const asked = new URLSearchParams(location.search);
    const page = this.facts.pages.find((each) => each.id === asked.get("from"));
    return page && { page, at: asked.get("at") || "" };
  }

  /* The page is drawn in the language whose texts are written. */
  speak(language) {
    const url = new URL(this.state.canvasUrl);
    url.searchParams.set("language", language || this.facts.language);
    this.bridge.isReady = false;
    this.bridge.trust(null);
    this.set({ language, canvasUrl: url.href, canvas: "loading" });
  }

  pictureOf(asset) {
    return this.facts.pictures[asset] || "";
  }

  learnPicture(asset, url) {
    this.facts.pictures[asset] = url;
  }
}
