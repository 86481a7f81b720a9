/* Keeps the shop's own files, and a page for when there is no network. Pages are never kept:
   they may be the visitor's own. */
const SHELF = "shop-2";
const OFFLINE = "/offline/";
/* Files that are named by what is in them never change. */
const NAMED = /^\/static\/.*\.[0-9a-f]{12}\./;

self.addEventListener("install", (event) => {
  event.waitUntil(packed());
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELF).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (NAMED.test(pathname)) {
    event.respondWith(kept(request));
  } else if (pathname === "/theme.css") {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});

/* The page for when there is no network, with the files that it is drawn with. */
async function packed() {
  const shelf = await caches.open(SHELF);
  const answer = await fetch(OFFLINE, { cache: "reload" });
  const text = await answer.clone().text();
  const files = [...text.matchAll(/(?:href|src)="(\/(?:static\/|theme\.css)[^"]*)"/g)].map((found) => found[1]);
  await shelf.addAll(files);
  await shelf.put(OFFLINE, answer);
}

async function kept(request) {
  const shelf = await caches.open(SHELF);
  const found = await shelf.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) shelf.put(request, answer.clone());
  return answer;
}
