/* Comfort on top of pages that work without it: toasts close, questions open as a dialog, rupiah are grouped while typing,
   the lost signal is told. No page needs this file. */
(() => {
  "use strict";

  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  const toast = (node) => {
    const button = node.querySelector("[data-close]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => node.remove());
  };

  const money = (input) => {
    const group = () => {
      const digits = input.value.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
      input.value = digits.replace(/\B(?=(\d{3})+$)/g, ".");
    };
    input.addEventListener("input", group);
    if (input.value) group();
  };

  /* The confirm page's own question, in a dialog. If anything fails, the link is followed. */
  const confirmLink = (link) => {
    if (typeof HTMLDialogElement !== "function") return;
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      try {
        const answer = await fetch(link.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const body = page.querySelector("[data-confirm-body]");
        if (!answer.ok || !body) throw new Error("no question on that page");
        const dialog = document.createElement("dialog");
        dialog.className = "dialog";
        const title = body.querySelector("h1");
        const heading = document.createElement("h2");
        heading.id = "tanya";
        heading.textContent = title.textContent;
        title.replaceWith(heading);
        dialog.setAttribute("aria-labelledby", "tanya");
        dialog.append(document.adoptNode(body));
        document.body.append(dialog);
        enhance(dialog);
        each(dialog, "[data-keep]", (keep) => keep.addEventListener("click", (stay) => { stay.preventDefault(); dialog.close(); }));
        dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
        dialog.showModal();
      } catch {
        window.location.assign(link.href);
      }
    });
  };

  const once = (form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(() => { delete form.dataset.sent; }, 8000);
  });

  const enhance = (root) => {
    each(root, "[data-toast]", toast);
    each(root, "input[data-money]", money);
    each(root, "a[data-confirm]", confirmLink);
    each(root, "form[method=post]:not([hx-post])", once);
    each(root, "[data-print]", (button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });
  };

  const signal = () => each(document, "[data-offline]:not([data-fixed])", (node) => { node.hidden = navigator.onLine; });
  window.addEventListener("online", signal);
  window.addEventListener("offline", signal);
  window.addEventListener("pageshow", (event) => { if (event.persisted) each(document, "form[data-sent]", (form) => { delete form.dataset.sent; }); });

  /* Nobody is logged in (any more): kept pages, names and the keys of what is sealed go. What is not sent yet stays, sealed. */
  const SEALED = [
    { key: "guyub_door", path: "/pelatihan/", name: "guyub-door", store: "rosters" },
    { key: "guyub_survey", path: "/dana/survei/", name: "guyub-survey", store: "pages" },
  ];
  const forget = () => {
    if ("caches" in window) caches.delete("guyub-kept");
    SEALED.forEach(({ key, path, name, store }) => {
      document.cookie = `${key}=; path=${path}; max-age=0; samesite=strict`;
      if (!("indexedDB" in window)) return;
      const asked = indexedDB.open(name);
      asked.onupgradeneeded = () => asked.transaction.abort();
      asked.onerror = (event) => event.preventDefault();
      asked.onsuccess = () => {
        const base = asked.result;
        if (base.objectStoreNames.contains(store)) base.transaction(store, "readwrite").objectStore(store).clear();
        base.close();
      };
    });
  };
  if ("nobody" in document.body.dataset) forget();
  if ("serviceWorker" in navigator && window.isSecureContext) navigator.serviceWorker.register("/sw.js").catch(() => null);

  enhance(document);
  if (!navigator.onLine) signal();
  const errors = document.querySelector("[data-errors]");
  if (errors) errors.focus();
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) enhance(event.target); });
})();
