/* Windows over the editor: publishing, versions, sharing, the theme, and what went wrong. */
import { html, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { ask } from "./api.js";
import { Dialog, Segments } from "./pieces.js";
import { said, moment, t } from "./words.js";

function useAct(desk) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const run = async (act) => {
    setBusy(true);
    setFault("");
    try {
      await act();
    } catch (refusal) {
      setFault(refusal.message || t("That did not work. Try again."));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, fault: fault && html`<p class="fault" role="alert">${fault}</p>`, run };
}

function PublishDialog({ desk, onClose }) {
  const [note, setNote] = useState("");
  const [when, setWhen] = useState("now");
  const [at, setAt] = useState("");
  const reached = desk.facts.parts.find((each) => each.id === desk.facts.page.id)?.pages || [];
  const { isBusy, fault, run } = useAct(desk);
  const publish = () => run(async () => {
    if (!(await desk.save())) throw new Error(t("The page could not be saved first."));
    const body = { rev: desk.rev, note };
    if (when === "later") body.at = new Date(at).toISOString();
    const told = await ask(desk.facts.urls.publish, "POST", body);
    desk.set({ dialog: "", published: told.version });
    desk.say(when === "later" ? t("It goes live on {moment}.", { moment: moment(body.at) }) : t("The page is live."));
    desk.announce(t("The page is live."));
  });
  return html`<${Dialog} title=${t("Publish")} onClose=${onClose}>
    <p>${t("What you see replaces the page in the shop, for everybody at once. Every version is kept.")}</p>
    ${reached.length > 0 && html`<p class="notice warn">${t("These pages change with it: {names}", { names: reached.map((each) => each.title).join(", ") })}</p>`}
    <div class="field"><div class="field-head"><label for="publish-note">${t("Name of the version")}</label></div><input id="publish-note" type="text" maxlength="120" placeholder=${t("Autumn sale")} value=${note} onInput=${(event) => setNote(event.target.value)} /></div>
    <${Segments} label=${t("When")} value=${when} options=${[["now", t("Now")], ["later", t("Later")]]} onChange=${setWhen} />
    ${when === "later" && html`<div class="field"><div class="field-head"><label for="publish-at">${t("Goes live at")}</label></div><input id="publish-at" type="datetime-local" value=${at} onInput=${(event) => setAt(event.target.value)} /></div>`}
    ${fault}
    <div class="dialog-actions"><button type="button" class="button secondary" onClick=${onClose}>${t("Cancel")}</button>
      <button type="button" class="button" disabled=${isBusy || (when === "later" && !at)} onClick=${publish}>${when === "later" ? t("Schedule") : t("Publish")}</button></div>
  <//>`;
}

function VersionsDialog({ desk, onClose }) {
  const [found, setFound] = useState(null);
  const [shown, setShown] = useState(null);
  const { isBusy, fault, run } = useAct(desk);
  const load = () => run(async () => setFound(await ask(desk.facts.urls.versions)));
  useEffect(() => {
    load();
  }, []);
  const restore = (version) => run(async () => {
    const told = await ask(`${desk.facts.urls.versions}${version.id}/`);
    desk.replace(told.doc);
    desk.say(t("Version {number} is in the editor. Undo brings your work back.", { number: version.number }));
    onClose();
  });
  const rollBack = (version) => run(async () => {
    await ask(`${desk.facts.urls.versions}${version.id}/live/`, "POST", {});
    desk.say(t("Version {number} is live again.", { number: version.number }));
    await load();
  });
  const cancel = (release) => run(async () => {
    await ask(`${desk.facts.urls.scheduled}${release.id}/`, "DELETE");
    await load();
  });
  return html`<${Dialog} title=${t("Versions")} onClose=${onClose} wide=${true}>
    ${fault}
    ${!found && !fault && html`<p class="quiet" role="status">${t("Loading…")}</p>`}
    ${found?.scheduled?.length > 0 && html`<section class="scheduled"><h3>${t("Planned")}</h3><ul>${found.scheduled.map(
      (each) => html`<li key=${each.id}><span>${moment(each.at)}${each.note && ` · ${each.note}`}</span>${desk.facts.may.publish && html`<button type="button" class="button secondary small" disabled=${isBusy} onClick=${() => cancel(each)}>${t("Cancel")}</button>`}</li>`,
    )}</ul></section>`}
    ${found && !found.rows.length && html`<p class="empty">${t("Nothing was published from here yet. The shop shows the theme's own page.")}</p>`}
    <div class="versions">
      <ul>${(found?.rows || []).map(
        (each) => html`<li key=${each.id} class=${shown?.id === each.id ? "on" : ""}>
          <button type="button" class="version" aria-pressed=${String(shown?.id === each.id)} onClick=${() => setShown(each)}><b>${each.note || t("Version {number}", { number: each.number })}</b><small>${moment(each.at)} · ${each.by}</small></button>
          ${each.isLive && html`<span class="tag own">${t("live")}</span>`}
          <span class="row">${desk.mayEdit && html`<button type="button" class="button secondary small" disabled=${isBusy} onClick=${() => restore(each)}>${t("Edit again")}</button>`}
          ${desk.facts.may.publish && !each.isLive && html`<button type="button" class="button secondary small" disabled=${isBusy} onClick=${() => rollBack(each)}>${t("Make live")}</button>`}</span></li>`,
      )}</ul>
      ${shown && html`<div class="version-view"><iframe title=${t("Version {number}", { number: shown.number })} src=${shown.url} sandbox="allow-scripts allow-same-origin"></iframe></div>`}
    </div>
  <//>`;
}

function ShareDialog({ desk, onClose }) {
  const [found, setFound] = useState(null);
  const { fault, run } = useAct(desk);
  useEffect(() => {
    run(async () => {
      await desk.save();
      setFound(await ask(desk.facts.urls.share, "POST", {}));
    });
  }, []);
  const copy = () => navigator.clipboard?.writeText(found.url).then(() => desk.say(t("Copied")));
  return html`<${Dialog} title=${t("Preview on another device")} onClose=${onClose}>
    ${fault}
    ${!found && !fault && html`<p class="quiet" role="status">${t("Loading…")}</p>`}
    ${found && html`<div class="share"><img src=${found.qr} alt=${t("QR code of the preview")} width="200" height="200" />
      <p>${t("Whoever has this link sees the draft until {moment}, without signing in.", { moment: moment(found.until) })}</p>
      <div class="row"><input type="text" readonly aria-label=${t("Address of the preview")} value=${found.url} onFocus=${(event) => event.target.select()} /><button type="button" class="button secondary" onClick=${copy}>${t("Copy")}</button></div>
      <a href=${found.url} target="_blank" rel="noopener">${t("Open the preview")}</a></div>`}
  <//>`;
}

function ThemeDialog({ desk, onClose }) {
  const { theme } = desk.facts;
  const [palette, setPalette] = useState(theme.palette);
  const { isBusy, fault, run } = useAct(desk);
  const choose = (each) => {
    setPalette(each.code);
    desk.set({ themeCss: each.css });
    desk.bridge.post("theme", { css: each.css });
  };
  const cancel = () => {
    desk.set({ themeCss: "" });
    desk.bridge.post("theme", { css: "" });
    onClose();
  };
  const keep = () => run(async () => {
    await ask(desk.facts.urls.theme, "PUT", { palette });
    theme.palette = palette;
    desk.say(t("The shop wears these colours now."));
    onClose();
  });
  return html`<${Dialog} title=${t("Colours of the theme")} onClose=${cancel}>
    <ul class="palettes">${theme.palettes.map(
      (each) => html`<li key=${each.code}><button type="button" aria-pressed=${String(each.code === palette)} onClick=${() => choose(each)}>
        <i>${each.colours.map((colour) => html`<b key=${colour} style=${{ background: colour }}></b>`)}</i><span>${said(each.title, each.code)}</span></button></li>`,
    )}</ul>
    ${fault}
    <div class="dialog-actions"><button type="button" class="button secondary" onClick=${cancel}>${t("Cancel")}</button><button type="button" class="button" disabled=${isBusy || !desk.facts.may.publish} onClick=${keep}>${t("Use these colours")}</button></div>
  <//>`;
}

function ConflictDialog({ desk }) {
  const { isBusy, fault, run } = useAct(desk);
  const by = desk.state.conflict?.by;
  return html`<${Dialog} title=${t("Somebody else saved this page")}>
    <p>${by ? t("{name} saved a newer draft while you were editing.", { name: by }) : t("A newer draft was saved while you were editing.")} ${t("Nothing is lost: what you do not take stays one step back in the history.")}</p>
    ${fault}
    <div class="dialog-actions"><button type="button" class="button secondary" disabled=${isBusy} onClick=${() => run(() => desk.settle(false))}>${t("Take theirs")}</button>
      <button type="button" class="button" disabled=${isBusy} onClick=${() => run(() => desk.settle(true))}>${t("Keep mine")}</button></div>
  <//>`;
}

function PartDialog({ desk, onClose }) {
  const at = desk.chosen();
  const [title, setTitle] = useState(at ? desk.nameOf(at.block) : "");
  const { isBusy, fault, run } = useAct(desk);
  const make = () => run(async () => {
    const part = await ask(desk.facts.urls.parts, "POST", { title, block: at.block });
    const { id, title: named } = desk.facts.page;
    desk.facts.parts = [...(desk.facts.parts || []), { ...part, pages: [{ id, title: named }] }];
    desk.edit(at.block.id, (block) => ({ id: block.id, type: "core.ref", v: desk.kinds["core.ref"].version, name: title, settings: { part: part.handle } }));
    desk.say(t("The part is in the palette. Edit it once, and it changes wherever it stands."));
    onClose();
  });
  return html`<${Dialog} title=${t("Reusable part")} onClose=${onClose}>
    <p>${t("The block becomes a part of the shop that can stand on many pages.")}</p>
    <div class="field"><div class="field-head"><label for="part-title">${t("Name of the part")}</label></div><input id="part-title" type="text" maxlength="60" value=${title} onInput=${(event) => setTitle(event.target.value)} /></div>
    ${fault}
    <div class="dialog-actions"><button type="button" class="button secondary" onClick=${onClose}>${t("Cancel")}</button><button type="button" class="button" disabled=${isBusy || !title.trim()} onClick=${make}>${t("Make it reusable")}</button></div>
  <//>`;
}

const KEYS = () => [
  ["Ctrl Z · Ctrl Shift Z", t("Undo and redo")],
  ["↑ ↓ ← →", t("Walk through the outline")],
  ["Alt ↑ · Alt ↓", t("Move the block")],
  ["Alt ← · Alt →", t("Move it out of a block, or into the one before")],
  ["Enter", t("To the settings of the block")],
  ["Ctrl D", t("Duplicate")],
  ["Ctrl C · Ctrl X · Ctrl V", t("Copy, cut and paste, also between pages")],
  [t("Double click"), t("Write a text on the page itself")],
  ["Delete", t("Delete")],
  ["Esc", t("Choose nothing, or give up dragging")],
  ["Ctrl S", t("Save now")],
];

const HelpDialog = ({ onClose }) =>
  html`<${Dialog} title=${t("Keyboard")} onClose=${onClose}><dl class="keys">${KEYS().map(([keys, text]) => html`<dt key=${keys}><kbd>${keys}</kbd></dt><dd>${text}</dd>`)}</dl><//>`;

const SignInDialog = ({ onClose }) =>
  html`<${Dialog} title=${t("You were signed out")} onClose=${onClose}><p>${t("Sign in again in another tab, then come back: your work is kept in this browser.")}</p>
    <div class="dialog-actions"><a class="button" href="/sign-in/" target="_blank" rel="noopener">${t("Sign in")}</a></div><//>`;

const DIALOGS = { publish: PublishDialog, versions: VersionsDialog, share: ShareDialog, theme: ThemeDialog, conflict: ConflictDialog, part: PartDialog, help: HelpDialog, signin: SignInDialog };

export function Dialogs({ desk }) {
  const Shown = DIALOGS[desk.state.dialog];
  return Shown ? html`<${Shown} desk=${desk} onClose=${() => desk.set({ dialog: "" })} />` : null;
}
