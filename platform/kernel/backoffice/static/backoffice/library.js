// Uploads with progress, the focal point, and the picker. Every page works without it.
(() => {
  "use strict";
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  const ask = async (url, method, body) => {
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(url, { method, headers, body: body ? JSON.stringify(body) : undefined });
    const said = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error(said.detail || said.title || said.error || "");
    return said;
  };

  // Files go straight to the storage, one after the other.
  const send = (ticket, file, onShare) => new Promise((done, failed) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value);
    form.append("file", file);
    const line = new XMLHttpRequest();
    line.open("POST", ticket.url);
    line.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onShare(event.loaded / event.total); });
    line.addEventListener("load", () => (line.status >= 200 && line.status < 300 ? done() : failed(new Error(""))));
    line.addEventListener("error", () => failed(new Error("")));
    line.send(form);
  });
  const form = document.querySelector("[data-uploads]");
  if (form) {
    const input = form.querySelector("input[type=file]");
    const list = form.querySelector(".sending");
    const take = async (files) => {
      let failures = 0;
      for (const file of files) {
        const row = document.createElement("li");
        const name = document.createElement("span");
        const bar = document.createElement("progress");
        name.className = "name";
        name.textContent = file.name;
        bar.max = 1;
        row.append(name, bar);
        list.append(row);
        try {
          if (file.size > Number(form.dataset.most)) throw new Error(form.dataset.tooLarge);
          const folder = form.querySelector("select[name=folder]").value;
          const ticket = await ask(form.dataset.uploads, "POST", { name: file.name.slice(-200), size: file.size, ...(folder ? { folder } : {}) });
          await send(ticket, file, (share) => { bar.value = share * 0.95; });
          await ask(`${form.dataset.uploads}${ticket.id}/`, "POST");
          bar.value = 1;
        } catch (fault) {
          failures += 1;
          const text = document.createElement("p");
          text.className = "error";
          text.textContent = fault.message || form.dataset.failed;
          bar.remove();
          row.append(text);
        }
      }
      if (!failures) location.reload();
    };
    form.addEventListener("submit", (event) => {
      if (!input.files.length || !window.FormData) return;
      event.preventDefault();
      take([...input.files]);
    });
    for (const kind of ["dragover", "dragleave", "drop"]) {
      form.addEventListener(kind, (event) => {
        event.preventDefault();
        form.classList.toggle("over", kind === "dragover");
        if (kind === "drop" && event.dataTransfer?.files.length) take([...event.dataTransfer.files]);
      });
    }
  }

  // What matters most in a picture is clicked.
  const preview = document.querySelector("[data-focus]");
  if (preview) {
    const [x, y] = ["x", "y"].map((name) => document.querySelector(`input[name=${name}]`));
    const image = preview.querySelector("img");
    const point = document.createElement("span");
    point.className = "focus-point";
    preview.append(point);
    const place = () => {
      point.style.left = `${image.offsetLeft + (image.offsetWidth * Number(x.value)) / 100}px`;
      point.style.top = `${image.offsetTop + (image.offsetHeight * Number(y.value)) / 100}px`;
    };
    image.addEventListener("click", (event) => {
      const box = image.getBoundingClientRect();
      x.value = String(Math.round(((event.clientX - box.left) / box.width) * 100));
      y.value = String(Math.round(((event.clientY - box.top) / box.height) * 100));
      place();
    });
    for (const field of [x, y]) field.addEventListener("input", place);
    image.addEventListener("load", place);
    window.addEventListener("resize", place);
    place();
  }

  // The picker: a form's file is chosen from the library.
  for (const picker of document.querySelectorAll("[data-picker]:not([data-is-ready])")) {
    // A page with several pickers runs this once for each.
    picker.dataset.isReady = "";
    const button = picker.querySelector("[data-pick]");
    const field = picker.querySelector("input[type=hidden]");
    const shown = picker.querySelector(".picked");
    const box = document.createElement("dialog");
    box.className = "picker-box";
    box.innerHTML = '<header><h2></h2><span class="row-form"><label class="button"><span></span><input class="visually-hidden" type="file" accept="image/*"></label><button type="button" class="button secondary"></button></span></header><p class="error" role="alert" hidden></p><div></div>';
    const [title, label, file, close, fault, inner] = ["h2", "label span", "input", "header button", ".error", "div"].map((each) => box.querySelector(each));
    box.setAttribute("aria-label", picker.dataset.title);
    title.textContent = picker.dataset.title;
    label.textContent = picker.dataset.upload;
    close.textContent = picker.dataset.close;
    document.body.append(box);
    const load = async (query) => {
      const wanted = new URLSearchParams(query);
      if (picker.dataset.drawings) wanted.set("drawings", "1");
      const answer = await fetch(`/library/choose/?${wanted}`);
      if (answer.ok && !answer.redirected) inner.innerHTML = await answer.text();
    };
    const insert = (area, { link, alt, width, height }) => {
      const image = document.createElement("img");
      image.setAttribute("src", link);
      image.setAttribute("alt", alt);
      if (Number(width)) { image.setAttribute("width", width); image.setAttribute("height", height); }
      image.setAttribute("loading", "lazy");
      area.setRangeText(`\n<p>${image.outerHTML}</p>\n`, area.selectionStart, area.selectionEnd, "end");
      area.focus();
    };
    const choose = (chosen) => {
      box.close();
      if (picker.dataset.into) { insert(document.getElementById(picker.dataset.into), chosen); return; }
      field.value = chosen.asset;
      shown.src = chosen.url;
      shown.hidden = false;
      if (picker.hasAttribute("data-at-once")) field.form.requestSubmit();
    };
    button.hidden = false;
    button.addEventListener("click", () => { fault.hidden = true; box.showModal(); load(""); });
    close.addEventListener("click", () => box.close());
    box.addEventListener("click", (event) => {
      if (event.target === box) box.close();
      const chosen = event.target.closest("[data-asset]");
      if (chosen) choose(chosen.dataset);
      const page = event.target.closest(".pages a");
      if (page) { event.preventDefault(); load(page.search.slice(1)); }
    });
    // The inner form is not sent anywhere, and not taken for one that is sent twice.
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      load(new URLSearchParams(new FormData(event.target)).toString());
    });
    file.addEventListener("change", async () => {
      if (!file.files.length) return;
      const body = new FormData();
      body.append("file", file.files[0]);
      try {
        const answer = await fetch("/library/choose/add/", { method: "POST", headers: { "X-CSRFToken": token() }, body });
        const said = await answer.json();
        if (!answer.ok) throw new Error(said.error);
        choose(said);
      } catch (wrong) {
        fault.textContent = wrong.message || picker.dataset.failed;
        fault.hidden = false;
      }
      file.value = "";
    });
  }
})();
