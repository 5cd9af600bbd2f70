/* A field survey on the phone, with or without signal: the list of what is to be visited, and the form. The pages are
   kept while there is signal. What is saved waits on this phone, photos and all, until the server has answered; each form
   carries the name drawn when it was opened, so it counts once however often it is sent. What the server refuses stays, with
   the reason, and is opened again as it was written. Without this file the form is an ordinary one. */
(() => {
  "use strict";

  const offline = window.guyubOffline;
  const { store, paper } = window.guyubSurvey || {};
  if (!store) return;
  const RETRY = 8000;
  const INSIDE = "main > .stack--wide"; // what a kept page has that its frame has not

  const today = () => {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  };
  const taken = (page) => ({ title: page.title, html: page.querySelector(INSIDE).outerHTML });
  const fetched = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(INSIDE) ? taken(page) : null;
  };

  /* The page at work. `page` is what it was made of; `again` the refused form that is opened with it. */
  const begin = async (root, page, again) => {
    const { user, csrf, list, frame } = root.dataset;
    const part = (name) => root.querySelector(`[data-${name}]`);
    const words = document.querySelector("[data-words]").content;
    const say = (name, values = {}) => {
      const node = words.querySelector(`[data-word="${name}"]`);
      return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), node ? node.textContent.trim() : name);
    };
    const form = part("form");
    let online = navigator.onLine;
    let fresh = false; // the server has given the key to this page
    let sending = null;

    const trouble = (text) => {
      part("trouble").textContent = text;
      part("trouble").hidden = !text;
    };

    /* -> is there a key to seal with? A new one where there is signal, else the one that still holds. */
    const unlocked = async () => {
      if (!fresh) {
        const state = await store.renew(root.dataset.key, csrf);
        online = state !== "offline";
        if (state === "login") trouble(say("login"));
        fresh = state === "ok" && (await store.holds(user));
        if (fresh) await store.sealOpen(user);
      }
      return fresh || store.holds(user);
    };

    const asForm = async (row) => {
      const body = new FormData();
      row.fields.forEach(([name, value]) => body.append(name, value));
      (await store.photos(row)).forEach(([name, blob]) => body.append(name, blob, `${name}.jpg`));
      return body;
    };

    /* Bring what waits to the server, oldest first, one at a time. Forms of another officer wait for her. */
    const flush = () => {
      sending = (sending || Promise.resolve()).catch(() => null).then(async () => {
        await unlocked();
        const rows = fresh ? (await store.waiting(user)).mine.filter((row) => !row.refused).sort((a, b) => a.at - b.at) : [];
        for (const row of rows) {
          const { state, answer } = await offline.post(row.address, await asForm(row), csrf);
          online = state !== "offline";
          if (state === "ok" && answer.done) await store.drop(row.nonce);
          else if (state === "ok" || state === "refused") await store.put({ ...row, refused: answer.message || say("trouble"), faults: answer.faults || [] });
          trouble(state === "login" ? say("login") : "");
          if (state === "offline" || state === "login") break;
        }
        await draw();
      });
      return sending;
    };

    const button = (text, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn--second";
      made.textContent = text;
      made.addEventListener("click", act);
      return made;
    };
    const line = (row) => {
      const item = document.createElement("li");
      const box = document.createElement("div");
      const name = document.createElement("b");
      const note = document.createElement("p");
      box.className = "stack stack--tight";
      item.className = row.refused ? "is-bad" : "is-wait";
      name.textContent = row.label;
      note.className = row.refused ? "error" : "muted";
      note.textContent = row.refused || say("waits");
      box.append(name, note);
      if (row.refused) {
        const open = document.createElement("a");
        const deeds = document.createElement("div");
        open.className = "btn";
        open.href = `${frame}#${row.nonce}`;
        open.textContent = say("again");
        deeds.className = "cluster";
        deeds.append(open, button(say("drop"), async ({ currentTarget }) => {
          if (currentTarget.dataset.sure) { await store.drop(row.nonce); await draw(); return; }
          currentTarget.dataset.sure = "1";
          currentTarget.textContent = say("dropSure");
        }));
        box.append(deeds);
      }
      item.append(box);
      return item;
    };

    const draw = async () => {
      const { mine, locked, others } = await store.waiting(user);
      part("state").textContent = say(online ? "online" : "offline");
      part("state").className = `pill is-${online ? "good" : "wait"}`;
      const left = mine.filter((row) => !row.refused).length + locked;
      const back = mine.filter((row) => row.refused).length;
      part("pending").textContent = left ? say("pending", { n: left }) : back ? say("back", { n: back }) : say("sent");
      part("pending").dataset.waiting = left;
      const shown = form ? [] : mine; // on a form's own page the others are not in the way
      if (!part("queue").querySelector("[data-sure]")) part("queue").replaceChildren(...shown.map(line));
      part("queue").hidden = !shown.length;
      part("locked").textContent = locked ? say("locked", { n: locked }) : "";
      part("locked").hidden = !locked;
      part("others").textContent = others ? say("others", { n: others }) : "";
      part("others").hidden = !others;
      root.querySelectorAll("[data-to-visit]").forEach((node) => {
        node.hidden = mine.some((row) => row.application === node.dataset.toVisit);
      });
      if (part("visits")) part("visits").hidden = !root.querySelector("[data-to-visit]:not([hidden])");
    };

    const save = async () => {
      const { fields, photos } = await paper.read(form);
      const stay = (word) => {
        trouble(say(word));
        part("trouble").scrollIntoView({ block: "center" });
      };
      if (!(await unlocked())) { stay("noKey"); return; }
      const nonce = fields.find(([name]) => name === "request_uid")[1];
      fields.push(["user", user]);
      const row = { nonce, user, fields, photos, page, application: form.dataset.application, address: form.dataset.send, label: form.dataset.label, at: Date.now() };
      try { await store.put(row); } catch { stay("noRoom"); return; } // the phone is full: what she wrote stays in the form
      await flush();
      window.location.assign(list);
    };

    const gps = (press, field, told) => {
      if (!("geolocation" in navigator)) return;
      press.hidden = false;
      press.addEventListener("click", () => {
        told.textContent = say("finding");
        navigator.geolocation.getCurrentPosition((found) => {
          field.value = `${found.coords.latitude.toFixed(6)}, ${found.coords.longitude.toFixed(6)}`;
          told.textContent = say("found", { n: Math.round(found.coords.accuracy) });
        }, () => { told.textContent = say("notFound"); }, { enableHighAccuracy: true, timeout: 30000, maximumAge: 60000 });
      });
    };

    const openForm = async () => {
      form.noValidate = false; // what is missing is said here, before it leaves the phone
      if (!document.querySelector("[data-errors]")) {
        form.elements.request_uid.value = crypto.randomUUID();
        form.elements.visited_on.value = today();
      }
      gps(part("gps"), form.elements.place, part("gps-told"));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        save();
      });
      const row = again || (await store.waiting(user)).mine.find((one) => one.refused && one.application === form.dataset.application);
      if (!row) return;
      paper.write(form, row.fields, await store.photos(row));
      const faults = row.faults && row.faults.length ? row.faults : [{ field: "", text: row.refused }];
      paper.tell(form, say("refused"), faults, words.querySelector(".error"));
    };

    /* Each page sealed, and the frame that names nobody at each of their addresses. */
    const keepAll = async () => {
      const pages = [list, ...[...root.querySelectorAll("[data-keep]")].map((node) => node.getAttribute("href"))];
      if (form) pages.push(window.location.pathname);
      const kept = [];
      for (const address of pages) {
        const found = await fetched(address);
        if (!found) continue;
        await store.keepPage(address, found);
        kept.push(address);
      }
      if (!kept.length || !(await offline.keepFrame(frame, kept))) return;
      if (!form) await Promise.all([store.keepOnly(kept), offline.keepOnly(list, [frame, ...kept])]);
      root.dataset.kept = String(kept.length);
      if (part("kept") && kept.length === pages.length) part("kept").hidden = false;
    };

    window.addEventListener("online", () => { online = true; flush(); });
    window.addEventListener("offline", () => { online = false; draw(); });
    window.setInterval(async () => {
      const { mine, locked } = await store.waiting(user);
      if (locked || mine.some((row) => !row.refused)) flush();
    }, RETRY);
    document.querySelectorAll("[data-offline]").forEach((banner) => { banner.dataset.fixed = ""; banner.hidden = true; }); // this page does work without
    part("box").hidden = false;
    if (form) await openForm();
    await draw();
    await flush();
    if (fresh && window.location.pathname !== frame) await keepAll();
  };

  /* What belongs into the frame at this address: the page that was kept for it, or the refused form named after the #. */
  const belongs = async ({ frame, key, csrf }) => {
    if (window.location.pathname !== frame) {
      return { row: null, page: (await store.page(window.location.pathname)) };
    }
    const nonce = window.location.hash.slice(1);
    const row = nonce ? (await store.row(nonce)) || ((await store.renew(key, csrf)) === "ok" && (await store.row(nonce))) || null : null;
    const address = row && row.address.replace(/kirim\/$/, "");
    return { row, page: row && (row.page || (await store.page(address)) || (await fetched(address))) };
  };
  const fill = (page) => {
    const inside = document.adoptNode(new DOMParser().parseFromString(page.html, "text/html").body.firstElementChild);
    document.querySelector(INSIDE).replaceWith(inside);
    document.title = page.title;
    inside.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true })); // guyub.js looks it over
    return inside.querySelector("[data-survey]");
  };
  const typed = (frame, row) => {
    frame.hidden = false;
    if (!row) return;
    const facts = row.fields.filter(([name]) => !["request_uid", "user"].includes(name)).map(([name, value]) => {
      const [fact, what, said] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
      [what.textContent, said.textContent] = [name, value];
      fact.append(what, said);
      return fact;
    });
    frame.querySelector("dl").replaceChildren(...facts);
    frame.querySelector("[data-typed]").hidden = false;
  };

  (async () => {
    const frame = document.querySelector("[data-survey-frame]");
    if (!frame) {
      const root = document.querySelector("[data-survey]");
      if (root) await begin(root, taken(document), null);
      return;
    }
    const { row, page } = await belongs(frame.dataset);
    if (page) await begin(fill(page), page, row);
    else typed(frame, row);
  })();
})();
