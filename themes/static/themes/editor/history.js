/* Steps back and forth over documents that share what did not change. */

const MOST_STEPS = 100;
const TOGETHER_MS = 1_000;

export class History {
  constructor(doc, { past = [], future = [], now = () => Date.now() } = {}) {
    Object.assign(this, { doc, past, future, now, key: "", at: 0 });
  }

  /* Edits of one field within a second of each other are one step. */
  apply(doc, key = "") {
    if (doc === this.doc) return false;
    const now = this.now();
    const isSameStep = key && key === this.key && now - this.at < TOGETHER_MS && this.past.length;
    if (!isSameStep) this.past = [...this.past, this.doc].slice(-MOST_STEPS);
    Object.assign(this, { doc, future: [], key, at: now });
    return true;
  }

  undo() {
    if (!this.past.length) return false;
    this.future = [this.doc, ...this.future];
    Object.assign(this, { doc: this.past.at(-1), past: this.past.slice(0, -1), key: "" });
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past = [...this.past, this.doc];
    Object.assign(this, { doc: this.future[0], future: this.future.slice(1), key: "" });
    return true;
  }
}

/* Kept in the browser as one value, so that shared parts are kept once and a refresh loses no step. */
const NAME = "design";
const STORE = "history";

const opened = () =>
  new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

const inStore = async (mode, act) => {
  const base = await opened();
  try {
    return await new Promise((done, failed) => {
      const work = base.transaction(STORE, mode);
      const request = act(work.objectStore(STORE));
      work.oncomplete = () => done(request.result);
      work.onabort = work.onerror = () => failed(work.error);
    });
  } finally {
    base.close();
  }
};

export const remember = (key, value) => inStore("readwrite", (store) => store.put(value, key)).catch(() => null);
export const remembered = (key) => inStore("readonly", (store) => store.get(key)).catch(() => null);
