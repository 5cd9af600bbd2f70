/* The one service worker of the portal. Pages come from the server; without signal a page that was kept on purpose (the
   scanner) opens from this phone, any other address says that there is no signal. Static files come from here first. */
"use strict";

const SHELL = "guyub-shell-{{ version }}";
const KEPT = "guyub-kept";
const OFFLINE = "{{ offline }}";
const FILES = [{% for file in files %}"{{ file }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const PATIENCE = 4000; // milliseconds after which a kept page is shown rather than waiting for a weak signal

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL);
    await cache.add(new Request(OFFLINE, { credentials: "omit" }));
    await Promise.all(FILES.map((file) => cache.add(file).catch(() => null)));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("guyub-shell-") && name !== SHELL).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

const kept = async (request) => (await caches.open(KEPT)).match(request, { ignoreSearch: true, ignoreVary: true });

const page = async (request) => {
  const copy = await kept(request);
  try {
    if (!copy) return await fetch(request);
    const late = new Promise((resolve, reject) => { setTimeout(() => reject(new Error("weak signal")), PATIENCE); });
    return await Promise.race([fetch(request), late]);
  } catch {
    return copy || (await caches.match(OFFLINE)) || Response.error();
  }
};

const file = async (request) => {
  const copy = await caches.match(request, { ignoreVary: true });
  return copy || fetch(request);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!address.pathname.startsWith("/kantor/")) event.respondWith(page(request));
  } else if (address.pathname.startsWith("{{ static_url }}")) {
    event.respondWith(file(request));
  }
});
