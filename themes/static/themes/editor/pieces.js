/* Small pieces that all panels share. */
import { html, useEffect, useRef } from "./vendor/htm-preact-3.1.1.js";
import { t } from "./words.js";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 0 12",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 0 0 0 12",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  tablet: "M6 3h12a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  desktop: "M4 4h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM9 20h6M12 16v4",
  plus: "M12 5v14M5 12h14",
  tree: "M5 6h14M9 12h10M9 18h10M5 6v12",
  page: "M7 3h7l4 4v14H7zM14 3v4h4",
  brush: "M20 4c-6 2-10 6-11.5 9.5l2 2C14 14 18 10 20 4zM8 14c-2.500 0-3.500 1.800-3.500 3.500 0 1-.5 1.800-1.500 2.500 4 .5 7-.5 7-4",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7v5l3.500 2",
  share: "M12 15V4M8 8l4-4 4 4M5 13v6h14v-6",
  eye: "M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z",
  hidden: "M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM4 4l16 16",
  up: "M12 19V6M6 12l6-6 6 6",
  down: "M12 5v13M6 12l6 6 6-6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  clip: "M9 4h6v3H9zM9 5H6v15h12V5h-3",
  remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  close: "M6 6l12 12M18 6L6 18",
  reset: "M5 12a7 7 0 1 0 2-5M5 4v4h4",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18h.01",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M13 5v4M7 15v4",
  chevron: "M9 6l6 6-6 6",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  people: "M9 5a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM3 20c0-4 2.500-6 6-6s6 2 6 6",
};

export const Icon = ({ name }) =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true" class="i i-${name}"><path d=${PATHS[name] || PATHS.page} /></svg>`;

export const IconButton = ({ icon, label, ...rest }) =>
  html`<button type="button" class="icon" title=${label} aria-label=${label} ...${rest}><${Icon} name=${icon} /></button>`;

/* A window over everything; Escape and a click beside it close it, the focus goes back. */
export function Dialog({ title, onClose, children, wide = false }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    const node = box.current;
    node.showModal();
    return () => before?.focus?.();
  }, []);
  return html`<dialog ref=${box} class=${wide ? "wide" : ""} aria-label=${title}
    onCancel=${(event) => { event.preventDefault(); onClose?.(); }}
    onClick=${(event) => event.target === box.current && onClose?.()}>
    <div class="dialog-head"><h2>${title}</h2>${onClose && html`<${IconButton} icon="close" label=${t("Close")} onClick=${onClose} />`}</div>
    <div class="dialog-body">${children}</div>
  </dialog>`;
}

let last = 0;
export const useId = () => {
  const id = useRef("");
  if (!id.current) id.current = `f${(last += 1)}`;
  return id.current;
};

/* Choices of which one is on. */
export const Segments = ({ label, value, options, onChange }) =>
  html`<div class="segments" role="group" aria-label=${label}>${options.map(
    ([code, text, icon]) => html`<button type="button" key=${code} aria-pressed=${String(code === value)} title=${text} aria-label=${text}
      onClick=${() => onChange(code)}>${icon ? html`<${Icon} name=${icon} />` : text}</button>`,
  )}</div>`;
