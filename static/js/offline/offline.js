/* Work without signal, for every page that can: what is kept on the phone, what waits to be sent, and the page itself.
   Used by the scanner at the door and by the form of a field survey. What waits stays until the server has answered. A page
   that is kept names nobody: it is a frame, and what belongs in it stands sealed (seal.js). Kept pages go when nobody is logged
   in any more (guyub.js). */
window.guyubOffline = window.guyubOffline || {};

(() => {
  "use strict";

  const PATIENCE = 15000;
  const cookie = (name) => (document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`)) || "").split("=")[1] || "";

  /* -> run(store, mode, deed): one deed in one transaction of the data base `name` on this phone. */
  const base = (name, version, upgrade) => {
    let opened;
    const open = () => {
      opened = opened || new Promise((resolve, reject) => {
        const asked = indexedDB.open(name, version);
        asked.onupgradeneeded = () => upgrade(asked.result);
        asked.onsuccess = () => {
          asked.result.onversionchange = () => { asked.result.close(); opened = null; }; // a newer page wants to change it
          resolve(asked.result);
        };
        asked.onerror = () => reject(asked.error);
      });
      return opened;
    };
    return async (store, mode, deed) => {
      const known = await open();
      return new Promise((resolve, reject) => {
        const work = known.transaction(store, mode);
        const asked = deed(work.objectStore(store));
        work.oncomplete = () => resolve(asked && asked.result);
        work.onerror = () => reject(work.error);
        work.onabort = () => reject(work.error);
      });
    };
  };

  /* -> {state, answer}: "ok" with what the server says, "refused" with its reason, "login" when nobody is logged in,
     "offline" when no answer came, which is not a no: it is asked again. `body` is text (JSON) or a FormData. */
  const post = async (address, body, csrf) => {
    const headers = { "X-CSRFToken": cookie(csrf) };
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers,
        body,
        signal: AbortSignal.timeout ? AbortSignal.timeout(typeof body === "string" ? PATIENCE : 6 * PATIENCE) : undefined,
      });
    } catch { return { state: "offline", answer: null }; }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { state: "login", answer: null };
    if (answer.status >= 500) return { state: "offline", answer: null };
    const found = await answer.json().catch(() => ({}));
    return { state: answer.ok ? "ok" : "refused", answer: found };
  };

  /* The page at `address` and what this page is made of, so that it opens again without signal. -> was it kept? */
  const keepPage = async (address, more = []) => {
    if (!("caches" in window)) return false;
    const made = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], link[rel=manifest]")].map((node) => node.src || node.href);
    const icons = document.querySelector("use") ? [new URL(document.querySelector("use").getAttribute("href"), location.href).href.split("#")[0]] : [];
    const page = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (!page || !page.ok || page.redirected) return false;
    const cache = await caches.open("guyub-kept");
    await cache.put(address, page);
    await Promise.all([...more, ...made, ...icons].map(async (file) => {
      if (!(await cache.match(file))) await cache.add(file).catch(() => null);
    }));
    return true;
  };

  /* The frame, kept, and for each of these addresses too. -> was it kept? */
  const keepFrame = async (frame, addresses) => {
    if (!(await keepPage(frame))) return false;
    const cache = await caches.open("guyub-kept");
    for (const address of addresses) await cache.put(address, await cache.match(frame));
    return true;
  };
  /* Of what is kept below `root` only these addresses stay. */
  const keepOnly = async (root, addresses) => {
    const cache = await caches.open("guyub-kept");
    for (const known of await cache.keys()) {
      const { pathname } = new URL(known.url);
      if (pathname.startsWith(root) && !addresses.includes(pathname)) await cache.delete(known);
    }
  };

  Object.assign(window.guyubOffline, { base, post, keepPage, keepFrame, keepOnly });
})();
