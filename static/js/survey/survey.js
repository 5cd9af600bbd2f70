/* A field survey on the phone, with or without signal: the list of what is to be visited, and the form. The pages are
   kept while there is signal. What is saved waits on this phone, photos and all, until the server has answered; each form
   carries the name drawn when it was opened, so it counts once however often it is sent. Without this file the form is
   an ordinary one. */
(() => {
  "use strict";

  const root = document.querySelector("[data-survey]");
  if (!root || !("indexedDB" in window) || !window.guyubOffline) return;
  const offline = window.guyubOffline;
  const { user, csrf, list } = root.dataset;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const words = document.querySelector("[data-words]").content;
  const RETRY = 8000;
  const SIDE = 2000; // dots: what the server keeps of a photo
  const run = offline.base("guyub-survey", 1, (made) => made.createObjectStore("queue", { keyPath: "nonce" }));
  const waiting = () => run("queue", "readonly", (store) => store.getAll());
  const put = (row) => run("queue", "readwrite", (store) => store.put(row));
  const drop = (nonce) => run("queue", "readwrite", (store) => store.delete(nonce));
  const say = (name, values = {}) => {
    const node = words.querySelector(`[data-word="${name}"]`);
    return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), node ? node.textContent.trim() : name);
  };
  let online = navigator.onLine;
  let sending = null;

  const asForm = (row) => {
    const form = new FormData();
    row.fields.forEach(([name, value]) => form.append(name, value));
    row.photos.forEach(([name, blob]) => form.append(name, blob, `${name}.jpg`));
    return form;
  };

  /* Bring what waits to the server, oldest first, one at a time. Forms of another officer wait for her. */
  const flush = () => {
    sending = (sending || Promise.resolve()).catch(() => null).then(async () => {
      const rows = (await waiting()).filter((row) => row.user === user && !row.refused).sort((a, b) => a.at - b.at);
      for (const row of rows) {
        const { state, answer } = await offline.post(row.address, asForm(row), csrf);
        online = state !== "offline";
        if (state === "ok" && answer.done) await drop(row.nonce);
        else if (state === "ok" || state === "refused") await put({ ...row, refused: answer.message || say("trouble") });
        trouble(state === "login" ? say("login") : "");
        if (state === "offline" || state === "login") break;
      }
      await draw();
    });
    return sending;
  };

  const trouble = (text) => {
    part("trouble").textContent = text;
    part("trouble").hidden = !text;
  };

  const line = (row) => {
    const item = document.createElement("li");
    const box = document.createElement("div");
    const name = document.createElement("b");
    const note = document.createElement("p");
    box.className = "stack stack--tight";
    item.className = row.refused ? "is-bad" : "is-wait";
    name.textContent = row.label;
    note.className = "muted";
    note.textContent = row.refused || say("waits");
    box.append(name, note);
    if (row.refused) {
      const again = document.createElement("button");
      again.type = "button";
      again.className = "btn btn--second";
      again.textContent = say("drop");
      again.addEventListener("click", async () => { await drop(row.nonce); await draw(); });
      box.append(again);
    }
    item.append(box);
    return item;
  };

  const draw = async () => {
    const rows = await waiting();
    const mine = rows.filter((row) => row.user === user);
    part("state").textContent = say(online ? "online" : "offline");
    part("state").className = `pill is-${online ? "good" : "wait"}`;
    const left = mine.filter((row) => !row.refused).length;
    part("pending").textContent = left ? say("pending", { n: left }) : say("sent");
    part("pending").dataset.waiting = left;
    part("queue").replaceChildren(...mine.map(line));
    part("queue").hidden = !mine.length;
    part("others").textContent = rows.length > mine.length ? say("others", { n: rows.length - mine.length }) : "";
    part("others").hidden = rows.length === mine.length;
    root.querySelectorAll("[data-to-visit]").forEach((node) => {
      node.hidden = mine.some((row) => row.application === node.dataset.toVisit && !row.refused);
    });
    if (part("visits")) part("visits").hidden = !root.querySelector("[data-to-visit]:not([hidden])");
  };

  /* A photo as the server would keep it, so that a month of visits fits on the phone. */
  const small = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return (await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); })) || file;
    } catch { return file; }
  };

  const save = async (form) => {
    const fields = [];
    const photos = [];
    for (const [name, value] of new FormData(form)) {
      if (!(value instanceof File)) { if (name !== "csrfmiddlewaretoken") fields.push([name, value]); } else if (value.size) photos.push([name, await small(value)]);
    }
    const nonce = fields.find(([name]) => name === "request_uid")[1];
    fields.push(["user", user]);
    await put({ nonce, user, fields, photos, application: form.dataset.application, address: form.dataset.send, label: form.dataset.label, at: Date.now() });
    await flush();
    window.location.assign(list);
  };

  const gps = (button, field, told) => {
    if (!("geolocation" in navigator)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      told.textContent = say("finding");
      navigator.geolocation.getCurrentPosition((found) => {
        field.value = `${found.coords.latitude.toFixed(6)}, ${found.coords.longitude.toFixed(6)}`;
        told.textContent = say("found", { n: Math.round(found.coords.accuracy) });
      }, () => { told.textContent = say("notFound"); }, { enableHighAccuracy: true, timeout: 30000, maximumAge: 60000 });
    });
  };

  const today = () => {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  };

  const form = part("form");
  if (form) {
    form.noValidate = false; // what is missing is said here, before it leaves the phone
    if (!form.querySelector("[data-errors], .field--bad")) {
      form.elements.request_uid.value = crypto.randomUUID();
      form.elements.visited_on.value = today();
    }
    gps(part("gps"), form.elements.place, part("gps-told"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(form);
    });
  }

  const keepAll = async () => {
    const pages = [list, ...[...root.querySelectorAll("[data-keep]")].map((node) => node.getAttribute("href"))];
    if (form) pages.push(window.location.pathname);
    let kept = 0;
    for (const page of pages) kept += (await offline.keepPage(page)) ? 1 : 0;
    root.dataset.kept = String(kept);
    if (part("kept") && kept === pages.length) part("kept").hidden = false;
  };

  window.addEventListener("online", () => { online = true; flush(); });
  window.addEventListener("offline", () => { online = false; draw(); });
  window.setInterval(async () => { if ((await waiting()).some((row) => row.user === user && !row.refused)) flush(); }, RETRY);

  (async () => {
    document.querySelectorAll("[data-offline]").forEach((banner) => { banner.dataset.fixed = ""; banner.hidden = true; }); // this page does work without
    part("box").hidden = false;
    await draw();
    await flush();
    await keepAll();
  })();
})();
