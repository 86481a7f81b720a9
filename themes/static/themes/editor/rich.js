/* A text with a little form. The server cleans whatever comes out of it. */
import { html, useEffect, useRef } from "./vendor/htm-preact-3.1.1.js";
import { t } from "./words.js";

const TOOLS = [
  ["bold", "B", "Bold"],
  ["italic", "I", "Italic"],
  ["underline", "U", "Underline"],
  ["formatBlock:h2", "H2", "Heading"],
  ["formatBlock:h3", "H3", "Smaller heading"],
  ["formatBlock:p", "¶", "Paragraph"],
  ["insertUnorderedList", "•", "List"],
  ["insertOrderedList", "1.", "Numbered list"],
];
const HREF = /^(https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i;

export function RichField({ value, onChange, label }) {
  const box = useRef(null);
  const own = useRef("");
  useEffect(() => {
    if ((value || "") !== own.current) {
      own.current = value || "";
      // What the server has cleaned is parsed without running anything.
      const parsed = new DOMParser().parseFromString(own.current, "text/html");
      box.current.replaceChildren(...parsed.body.childNodes);
    }
  }, [value]);
  const told = () => {
    own.current = box.current.innerHTML;
    onChange(own.current);
  };
  const use = (tool) => {
    const [command, block] = tool.split(":");
    box.current.focus();
    document.execCommand(command, false, block);
    told();
  };
  const link = () => {
    const href = prompt(t("Address of the link"), "https://");
    if (!href || !HREF.test(href)) return;
    box.current.focus();
    document.execCommand("createLink", false, href);
    told();
  };
  const paste = (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  };
  const stop = (event) => event.preventDefault();
  return html`<div class="rich">
    <div class="tools" role="toolbar" aria-label=${t("Formatting")}>
      ${TOOLS.map(([tool, sign, name]) => html`<button type="button" key=${tool} title=${t(name)} aria-label=${t(name)} onMouseDown=${stop} onClick=${() => use(tool)}>${sign}</button>`)}
      <button type="button" title=${t("Link")} aria-label=${t("Link")} onMouseDown=${stop} onClick=${link}>↗</button>
      <button type="button" title=${t("Clear the formatting")} aria-label=${t("Clear the formatting")} onMouseDown=${stop} onClick=${() => { use("removeFormat"); use("unlink"); }}>✕</button>
    </div>
    <div ref=${box} class="rich-text" contenteditable="true" role="textbox" aria-multiline="true" aria-label=${label} onInput=${told} onPaste=${paste}></div>
  </div>`;
}
