// The preview beside the editor of a brand: it follows what is typed and chosen.
(() => {
  const pane = document.querySelector("[data-looks]");
  if (!pane) return;
  const HEX = /^#[0-9a-f]{6}$/i;
  const field = (name) => document.querySelector(`[data-look="${name}"]`);
  const typed = (...names) => {
    for (const name of names) {
      const found = field(name);
      const value = found && (found.value.trim() || found.placeholder);
      if (value) return value;
    }
    return "";
  };
  const isLight = (hex) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = parseInt(hex.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.36;
  };
  const say = (part, text) => {
    const shown = pane.querySelector(`[data-shows="${part}"]`);
    if (shown) shown.textContent = text;
  };
  const paint = (name, hex) => {
    if (!HEX.test(hex)) return;
    pane.style.setProperty(`--${name}`, hex);
    pane.style.setProperty(`--${name}-on`, isLight(hex) ? "#171a1f" : "#ffffff");
  };
  const draw = () => {
    const name = typed("name") || pane.dataset.name;
    say("name", name);
    say("console_name", typed("console_name") || (field("console_name") ? pane.dataset.consoleName : name));
    say("mail_name", typed("mail_name") || pane.dataset.mailName || name);
    say("mail_from", typed("mail_from") || pane.dataset.mailFrom);
    say("footer", typed("pdf_footer") || pane.dataset.footer);
    paint("look", typed("colour") || pane.dataset.colour);
    paint("desk", typed("console_colour") || (field("console_colour") ? pane.dataset.consoleColour : typed("colour") || pane.dataset.colour));
  };
  for (const input of document.querySelectorAll("input[data-colour]")) {
    const well = document.createElement("input");
    well.type = "color";
    well.setAttribute("aria-label", input.labels[0] ? input.labels[0].textContent.trim() : "");
    const follow = () => {
      const value = input.value.trim() || input.placeholder;
      well.value = HEX.test(value) ? value : pane.dataset.colour;
    };
    const row = document.createElement("div");
    row.className = "looks-colour";
    input.replaceWith(row);
    row.append(input, well);
    follow();
    input.addEventListener("input", follow);
    well.addEventListener("input", () => {
      input.value = well.value;
      draw();
    });
  }
  const PICTURES = { logo_url: field("console_logo_url") ? ["logo"] : ["logo", "console_logo"], console_logo_url: ["console_logo"] };
  for (const [name, parts] of Object.entries(PICTURES)) {
    const input = field(name);
    if (!input) continue;
    input.addEventListener("change", () => {
      const file = input.files[0];
      if (!file) return;
      const reader = new FileReader();
      reader.addEventListener("load", () => {
        for (const part of parts) {
          const shown = pane.querySelector(`[data-shows="${part}"]`);
          if (!shown) continue;
          shown.src = String(reader.result);
          shown.hidden = false;
        }
      });
      reader.readAsDataURL(file);
    });
  }
  document.addEventListener("input", draw);
  draw();
})();
