/* Pictures from the library, things of the shop, and where links lead. */
import { html, useEffect, useRef, useState } from "./vendor/htm-preact-3.1.1.js";
import { ask } from "./api.js";
import { Dialog, Icon, IconButton } from "./pieces.js";
import { t } from "./words.js";

function useFound(url, text, more = "") {
  const [found, setFound] = useState({ rows: null, isMore: false });
  useEffect(() => {
    let isOld = false;
    const timer = setTimeout(() => {
      ask(`${url}?${new URLSearchParams({ text })}${more}`).then(
        (told) => !isOld && setFound(told),
        () => !isOld && setFound({ rows: [], isMore: false, isFailed: true }),
      );
    }, text ? 250 : 0);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [url, text, more]);
  return found;
}

/* --- media -------------------------------------------------------------------------------- */

function MediaDialog({ desk, onPick, onClose, kind }) {
  const [text, setText] = useState("");
  const [page, setPage] = useState(1);
  const [stamp, setStamp] = useState(0);
  const [fault, setFault] = useState("");
  const [isSending, setSending] = useState(false);
  const found = useFound(desk.facts.urls.media, text, `&page=${page}&kind=${kind}&stamp=${stamp}`);
  const send = async (files) => {
    setFault("");
    setSending(true);
    try {
      for (const file of files) {
        const form = new FormData();
        form.append("file", file);
        const told = await ask(desk.facts.urls.upload, "POST", form);
        if (files.length === 1 && told.asset) {
          onPick(told);
          return;
        }
      }
      setStamp(stamp + 1);
    } catch (refusal) {
      setFault(refusal.message);
    } finally {
      setSending(false);
    }
  };
  const drop = (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length) send([...event.dataTransfer.files]);
  };
  return html`<${Dialog} title=${kind === "video" ? t("Choose a video") : t("Choose a picture")} onClose=${onClose} wide=${true}>
    <div class="find" onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
      <div class="find-head">
        <input type="search" aria-label=${t("Search")} placeholder=${t("Search")} value=${text} onInput=${(event) => { setText(event.target.value); setPage(1); }} />
        ${kind === "image" && desk.facts.may.upload && html`<label class="button secondary"><${Icon} name="plus" />${isSending ? t("Uploading…") : t("Upload")}
          <input type="file" accept="image/*" multiple class="visually-hidden" onChange=${(event) => send([...event.target.files])} /></label>`}
      </div>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      ${found.rows === null && html`<p class="quiet" role="status">${t("Searching…")}</p>`}
      ${found.rows?.length === 0 && html`<p class="empty">${text ? t("Nothing fits this search.") : t("There is nothing in the library yet.")}</p>`}
      <ul class="media">${(found.rows || []).map(
        (each) => html`<li key=${each.asset}><button type="button" title=${each.name} onClick=${() => onPick(each)}>
          ${each.url && kind === "image" ? html`<img src=${each.url} alt=${each.alt || each.name} loading="lazy" />` : html`<${Icon} name="page" />`}<span>${each.name}</span></button></li>`,
      )}</ul>
      <div class="pager">
        ${page > 1 && html`<button type="button" class="button secondary" onClick=${() => setPage(page - 1)}>${t("Back")}</button>`}
        ${found.isMore && html`<button type="button" class="button secondary" onClick=${() => setPage(page + 1)}>${t("More")}</button>`}
      </div>
    </div>
  <//>`;
}

export function ImageField({ value, onChange, desk, label, kind = "image" }) {
  const [isOpen, setOpen] = useState(false);
  const address = value?.asset ? desk.pictureOf(value.asset) : "";
  const focus = value?.focus || [0.5, 0.5];
  const aim = (event) => {
    const area = event.currentTarget.getBoundingClientRect();
    const share = (at, from, size) => Math.round(Math.min(1, Math.max(0, (at - from) / size)) * 100) / 100;
    onChange({ ...value, focus: [share(event.clientX, area.left, area.width), share(event.clientY, area.top, area.height)] });
  };
  const nudge = (event) => {
    const by = { ArrowLeft: [-0.05, 0], ArrowRight: [0.05, 0], ArrowUp: [0, -0.05], ArrowDown: [0, 0.05] }[event.key];
    if (!by) return;
    event.preventDefault();
    onChange({ ...value, focus: focus.map((each, at) => Math.round(Math.min(1, Math.max(0, each + by[at])) * 100) / 100) }, "focus");
  };
  const pick = (each) => {
    desk.learnPicture(each.asset, each.url);
    onChange({ asset: each.asset, alt: each.alt || "", focus: each.focus || [0.5, 0.5] });
    setOpen(false);
  };
  return html`<div class="image">
    ${value?.asset && kind === "image" && html`<button type="button" class="focus" title=${t("Click on what matters most in the picture")} aria-label=${t("Focal point: {x} %, {y} %. Arrow keys move it.", { x: Math.round(focus[0] * 100), y: Math.round(focus[1] * 100) })}
      onClick=${aim} onKeyDown=${nudge}>
      ${address ? html`<img src=${address} alt="" />` : html`<span class="quiet">${value.asset.split("/").at(-1)}</span>`}<i style=${{ left: `${focus[0] * 100}%`, top: `${focus[1] * 100}%` }}></i></button>`}
    <div class="row">
      <button type="button" class="button secondary small" onClick=${() => setOpen(true)}>${value?.asset ? t("Change") : t("Choose")}</button>
      ${value?.asset && html`<button type="button" class="button secondary small" onClick=${() => onChange(null)}>${t("Remove")}</button>`}
    </div>
    ${value?.asset && kind === "image" && html`<input type="text" maxlength="120" aria-label=${t("Description for people who do not see the picture")} placeholder=${t("Description for people who do not see the picture")}
      value=${value.alt || ""} onInput=${(event) => onChange({ ...value, alt: event.target.value }, "alt")} />`}
    ${isOpen && html`<${MediaDialog} desk=${desk} kind=${kind} onPick=${pick} onClose=${() => setOpen(false)} />`}
  </div>`;
}

/* --- things of the shop --------------------------------------------------------------------- */

function FindDialog({ desk, kind, onPick, onClose }) {
  const [text, setText] = useState("");
  const found = useFound(desk.facts.urls.find, text, `&kind=${kind}`);
  const titles = { product: t("Choose a product"), category: t("Choose a category"), collection: t("Choose a collection"), page: t("Choose a page"), module: t("Choose a function"), form: t("Choose a form") };
  return html`<${Dialog} title=${titles[kind]} onClose=${onClose}>
    <div class="find">
      <input type="search" aria-label=${t("Search")} placeholder=${t("Search")} value=${text} onInput=${(event) => setText(event.target.value)} />
      ${found.rows === null && html`<p class="quiet" role="status">${t("Searching…")}</p>`}
      ${found.rows?.length === 0 && html`<p class="empty">${t("Nothing fits this search.")}</p>`}
      <ul class="rows">${(found.rows || []).map(
        (each) => html`<li key=${each.id}><button type="button" onClick=${() => onPick(each)}>
          ${each.picture ? html`<img src=${each.picture} alt="" loading="lazy" />` : html`<i><${Icon} name="page" /></i>`}<span>${each.title}<small>${each.note || each.id}</small></span></button></li>`,
      )}</ul>
    </div>
  <//>`;
}

export function GoodsField({ id, schema, value, onChange, desk, kind = schema?.["x-goods"], isOpenAtOnce = false }) {
  const [isOpen, setOpen] = useState(isOpenAtOnce);
  const [name, setName] = useState("");
  const asked = useRef("");
  useEffect(() => {
    if (!value || asked.current === value) return;
    asked.current = value;
    ask(`${desk.facts.urls.find}?${new URLSearchParams({ kind, id: value })}`).then((told) => setName(told.rows[0]?.title || ""), () => null);
  }, [value, kind]);
  const pick = (each) => {
    asked.current = each.id;
    setName(each.title);
    onChange(each.id);
    setOpen(false);
  };
  return html`<div class="row goods">
    <button id=${id} type="button" class="picked" onClick=${() => setOpen(true)}>${value ? name || value : schema ? t("All") : t("Choose")}</button>
    ${value && html`<${IconButton} icon="close" label=${t("Clear")} onClick=${() => { setName(""); onChange(""); }} />`}
    ${isOpen && html`<${FindDialog} desk=${desk} kind=${kind} onPick=${pick} onClose=${() => setOpen(false)} />`}
  </div>`;
}

const HREF = /^(https?:\/\/|mailto:|tel:|\/(?!\/)|#)[^\s<>"\\]*$/i;

/* --- links ---------------------------------------------------------------------------------- */

const PICKED = new Set(["product", "category", "collection", "page", "module"]);

export function LinkField({ value, onChange, desk, label }) {
  const kinds = { "": t("No link"), home: t("Front page"), categories: t("All categories"), product: t("A product"), category: t("A category"), collection: t("A collection"), page: t("A page of the shop"), search: t("A search"), cart: t("Cart"), orders: t("My orders"), member: t("My account"), module: t("A function"), url: t("A web address") };
  // A link without its target is no link yet: it is kept here until it has one.
  const [pending, setPending] = useState("");
  const to = pending || value?.to || "";
  const own = value?.to === to ? value : { id: "", href: "" };
  const turn = (kind) => {
    const isOpen = PICKED.has(kind) || kind === "search" || kind === "url";
    setPending(isOpen ? kind : "");
    if (!isOpen) onChange(kind ? { to: kind } : null);
  };
  const put = (name, target, key) => {
    if (target) setPending("");
    else setPending(to);
    onChange(target ? { to, [name]: target } : null, key);
  };
  return html`<div class="link-field">
    <select aria-label=${label} value=${to} onChange=${(event) => turn(event.target.value)}>
      ${Object.entries(kinds).map(([code, text]) => html`<option key=${code} value=${code}>${text}</option>`)}
    </select>
    ${PICKED.has(to) && html`<${GoodsField} key=${to} kind=${to} isOpenAtOnce=${pending === to} value=${own.id} desk=${desk} onChange=${(id) => put("id", id)} />`}
    ${to === "search" && html`<input type="text" aria-label=${t("Words to search for")} maxlength="100" value=${own.id} onInput=${(event) => put("id", event.target.value.trim(), "id")} />`}
    ${to === "url" && html`<input type="url" aria-label=${t("Address of the link")} placeholder="https://" maxlength="2000" value=${own.href} onChange=${(event) => put("href", HREF.test(event.target.value) ? event.target.value : "", "href")} />`}
  </div>`;
}
