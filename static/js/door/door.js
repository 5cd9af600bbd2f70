/* The scanner page. It judges by the roster on this phone at once, with or without signal, writes every look down, and
   brings what is written to the server as soon as it can: each look once, however often it is sent. */
(() => {
  "use strict";

  const { judge, meanings, store, camera } = window.guyubDoor;
  const offline = window.guyubOffline;
  const root = document.querySelector("[data-door]");
  if (!root || !("indexedDB" in window) || !crypto.subtle) return;
  const { training, prepare, send, close, decoder } = root.dataset;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const words = document.querySelector("[data-words]").content;
  const MOST = 100;
  const RETRY = 8000;
  const REFRESH = 60000;
  let roster = null;
  let device = "";
  let sending = null;
  let online = navigator.onLine;

  const say = (name, values = {}) => {
    const node = words.querySelector(`[data-word="${name}"]`);
    return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), node ? node.textContent.trim() : name);
  };
  const now = () => Date.now() + (roster ? roster.ahead : 0);
  const clock = (at) => `${new Date(at + roster.offset).toISOString().slice(11, 16).replace(":", ".")}\u00a0${roster.zone}`;
  const hash = async (text) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${roster.salt}:${text}`)));
    return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  /* -> the answer as JSON, null without signal; throws what the server says no to. */
  const post = async (address, body) => {
    const { state, answer } = await offline.post(address, JSON.stringify({ device, ...body }), root.dataset.csrf);
    if (state === "offline") { setOnline(false); return null; }
    if (state === "login") throw new Error(say("login"));
    setOnline(true);
    if (state === "refused") throw new Error(answer.message || say("trouble"));
    return answer;
  };

  const setOnline = (value) => {
    online = value;
    draw();
  };

  const index = () => {
    const keys = new Map();
    roster.people.forEach((row) => row[5].forEach((key) => keys.set(key, row)));
    roster.keys = keys;
  };
  const find = async (text, scanned) => {
    if (text.startsWith("id:")) return roster.people.find((row) => `id:${row[0]}` === text) || null;
    for (const meaning of meanings(text, scanned)) {
      const row = roster.keys.get(await hash(meaning));
      if (row) return row;
    }
    return null;
  };
  const keep = () => {
    const { keys, ...plain } = roster;
    return store.keepRoster(training, plain);
  };

  const show = (state, title, text) => {
    const box = part("verdict");
    box.className = `note is-${state} note--loud`;
    box.dataset.says = state;
    box.querySelector("h2").textContent = title;
    box.querySelector("p").textContent = text;
    box.hidden = false;
    box.querySelectorAll("svg").forEach((icon) => { icon.toggleAttribute("hidden", icon.dataset.for !== state); });
    if (navigator.vibrate) navigator.vibrate(state === "good" ? 60 : [60, 60, 60]);
  };
  const showVerdict = (verdict) => {
    const values = { name: verdict.name || "", time: verdict.seen ? clock(verdict.seen) : "", opens: roster.opensText, day: roster.dayText };
    const title = verdict.state === "bad" ? "no" : verdict.word === "again" ? "againTitle" : "presentTitle";
    show(verdict.state, say(title, values), say(verdict.word, values));
  };

  const line = (text, small, end) => {
    const row = document.createElement("li");
    const box = document.createElement("div");
    const name = document.createElement("b");
    const meta = document.createElement("p");
    name.textContent = text;
    meta.className = "meta";
    meta.textContent = small;
    box.className = "stack stack--tight";
    box.append(name, meta);
    if (end) box.append(end);
    row.append(box);
    return row;
  };
  const draw = async () => {
    const waiting = await store.count();
    part("state").textContent = online ? say("online") : say("offline");
    part("state").className = `pill is-${online ? "good" : "wait"}`;
    part("pending").textContent = waiting ? say("pending", { n: waiting }) : say("sent");
    part("pending").dataset.waiting = waiting;
    part("ready").hidden = !roster;
    part("empty").hidden = Boolean(roster);
    if (!roster) return;
    const expected = roster.people.filter((row) => row[3] === "CONFIRMED");
    const inside = expected.filter((row) => row[4]).sort((a, b) => b[4] - a[4]);
    part("count").textContent = say("count", { n: inside.length + (roster.guests || 0), total: expected.length + (roster.guests || 0) });
    part("meter").max = expected.length || 1;
    part("meter").value = inside.length;
    part("places").textContent = say(roster.places ? "places" : "noPlaces", { n: roster.places });
    part("recent").replaceChildren(...inside.slice(0, 5).map((row) => line(row[1], clock(row[4]))));
    const wanted = part("search").value.trim().toLowerCase();
    const missing = expected.filter((row) => !row[4] && (!wanted || row[1].toLowerCase().includes(wanted)));
    part("missing").replaceChildren(...missing.slice(0, wanted ? 20 : 8).map((row) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn--second";
      button.textContent = say("here");
      button.setAttribute("aria-label", `${say("here")}: ${row[1]}`);
      button.addEventListener("click", () => look(`id:${row[0]}`, "MANUAL"));
      return line(row[1], row[2], button);
    }));
    part("more").textContent = missing.length > 8 && !wanted ? say("more", { n: missing.length - 8 }) : "";
  };

  const write = async (row) => {
    await store.enqueue({ training, address: send, session: roster.session, token: roster.token, nonce: crypto.randomUUID(), ...row });
    await draw();
  };

  /* One look: judged here, written down, sent. Where we say no and there is signal, the server may know better. */
  const look = async (text, way) => {
    if (!roster || !text.trim()) return;
    const at = now();
    const row = await find(text, way === "SCAN");
    const verdict = judge(roster, row, at);
    if (verdict.state === "good") { row[4] = at; await keep(); }
    if (verdict.state !== "bad" || !online) showVerdict(verdict);
    else show("wait", say("asking"), "");
    const nonce = crypto.randomUUID();
    await write({ nonce, text: text.trim().slice(0, 200), way, at, in: verdict.state !== "bad" });
    const answers = await flush();
    const answer = answers && answers.find((one) => one.nonce === nonce);
    if (verdict.state === "bad") answer ? show(answer.state, answer.title, answer.text) : showVerdict(verdict);
    else if (answer && answer.outcome === "REFUSED") show("bad", say("settle"), answer.text);
  };

  const guest = async (name, phone) => {
    if (!roster || !name.trim()) return;
    const at = now();
    const place = roster.places > 0;
    if (!online && !place) { show("bad", say("no"), say("full", { name })); return; }
    if (place) { roster.places -= 1; roster.guests = (roster.guests || 0) + 1; await keep(); }
    const nonce = crypto.randomUUID();
    await write({ nonce, name: name.trim(), text: phone, way: "GUEST", at, in: place });
    const answers = await flush();
    const answer = answers && answers.find((one) => one.nonce === nonce);
    if (answer) show(answer.state, answer.title || say("no"), answer.text);
    else show("good", say("presentTitle", { name }), say("present", { time: clock(at) }));
  };

  /* Bring what is written to the server, oldest first. One at a time: a second call waits for the first. */
  const flush = async () => {
    const before = sending;
    sending = (async () => { if (before) await before.catch(() => null); return bring(); })();
    return sending;
  };
  const bring = async () => {
    const all = (await store.waiting()).sort((a, b) => a.at - b.at);
    const answers = [];
    for (const token of new Set(all.map((row) => row.token))) {
      const rows = all.filter((row) => row.token === token);
      for (let start = 0; start < rows.length; start += MOST) {
        const chunk = rows.slice(start, start + MOST);
        let found;
        try {
          found = await post(chunk[0].address, { session: chunk[0].session, token, rows: chunk });
        } catch (error) { part("trouble").textContent = error.message; part("trouble").hidden = false; return answers; }
        if (!found) return answers;
        part("trouble").hidden = true;
        await store.answered(found.answers.map((one) => one.nonce));
        found.answers.forEach((one) => {
          answers.push(one);
          const row = one.seen && roster && roster.people.find((person) => person[0] === one.id);
          if (row) row[4] = one.seen;
        });
      }
    }
    if (answers.length && roster) await keep();
    await draw();
    return answers;
  };

  /* The roster of the day, fresh where there is signal, else the one kept here as long as its day lasts. */
  const ready = async () => {
    const kept = await store.roster(training);
    if (kept && Date.now() + kept.ahead < kept.shuts) { roster = kept; index(); } else if (kept) await store.dropRoster(training);
    await draw();
    await flush();
    try {
      const fresh = await post(prepare, { gate: "" });
      if (fresh) {
        if (!(await store.unlock())) throw new Error(say("trouble"));
        roster = { ...fresh, ahead: fresh.now - Date.now() };
        index();
        await keep();
        await keepPage();
        await flush(); // what an earlier login had left sealed
      }
      part("trouble").hidden = true;
    } catch (error) { part("trouble").textContent = error.message; part("trouble").hidden = false; }
    await draw();
  };
  const keepPage = async () => {
    if (await offline.keepPage(location.pathname, [decoder, decoder.replace(/[^/]*$/, "index.js")])) root.dataset.kept = "1";
  };

  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = event.target.elements.text;
    look(field.value, "TYPED");
    field.value = "";
    field.focus();
  });
  part("guest").addEventListener("submit", (event) => {
    event.preventDefault();
    guest(event.target.elements.name.value, event.target.elements.phone.value);
    event.target.reset();
  });
  part("search").addEventListener("input", draw);
  part("start").addEventListener("click", async () => {
    part("start").hidden = true;
    try {
      part("camera").hidden = false;
      await camera.start(part("camera").querySelector("video"), decoder, (text) => look(text, "SCAN"));
    } catch { part("camera").hidden = true; part("none").hidden = false; part("start").hidden = false; }
  });
  part("close").addEventListener("click", async () => {
    await flush();
    if ((await store.waiting()).length) { part("trouble").textContent = say("unsent"); part("trouble").hidden = false; return; }
    try {
      if (await post(close, {})) { roster.places = 0; await keep(); await draw(); show("good", say("closed"), ""); }
    } catch (error) { part("trouble").textContent = error.message; part("trouble").hidden = false; }
  });
  window.addEventListener("online", () => { setOnline(true); ready(); });
  window.addEventListener("offline", () => setOnline(false));
  window.setInterval(async () => { if ((await store.waiting()).length) flush(); }, RETRY);
  window.setInterval(() => { if (online && document.visibilityState === "visible") ready(); }, REFRESH);

  (async () => {
    document.querySelectorAll("[data-offline]").forEach((banner) => { banner.dataset.fixed = ""; banner.hidden = true; }); // this page does work without
    device = await store.device();
    root.hidden = false;
    await ready();
  })();
})();
