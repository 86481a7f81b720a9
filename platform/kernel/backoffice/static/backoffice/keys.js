// Asks a security key where a button says so, and sends the form with its answer.
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const asked = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: bytes(options.user.id) } } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: named(options.excludeCredentials) } : {}),
    ...(options.allowCredentials ? { allowCredentials: named(options.allowCredentials) } : {}),
  });

  const answered = (found) => {
    const told = { clientDataJSON: text(found.response.clientDataJSON) };
    if (found.response.attestationObject) {
      told.attestationObject = text(found.response.attestationObject);
    } else {
      told.authenticatorData = text(found.response.authenticatorData);
      told.signature = text(found.response.signature);
    }
    return JSON.stringify({
      id: found.id, rawId: text(found.rawId), type: found.type, response: told,
      clientExtensionResults: {},
    });
  };

  for (const button of document.querySelectorAll("[data-key]")) {
    const form = button.form;
    const failed = form.querySelector("[data-key-failed]");
    if (!window.PublicKeyCredential) { button.disabled = true; failed.hidden = false; continue; }
    button.addEventListener("click", async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        const publicKey = asked(JSON.parse(button.dataset.options));
        const found = button.dataset.key === "make"
          ? await navigator.credentials.create({ publicKey })
          : await navigator.credentials.get({ publicKey });
        form.elements.answer.value = answered(found);
        form.submit();
      } catch {
        failed.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
