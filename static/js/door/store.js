/* What the door keeps on the phone: this device's own name, the roster of the day, and scans that are not sent yet.
   Names and numbers stand here sealed (AES-GCM) under a key of this account on this device. The server gives it with the
   roster, in a cookie that ends with the day; it goes when nobody is logged in (guyub.js), and the rosters with it. Unsent
   scans stay, sealed, until the same person is logged in again: then the server gives the same key. */
window.guyubDoor = window.guyubDoor || {};

(() => {
  "use strict";

  const run = window.guyubOffline.base("guyub-door", 1, (made) => {
    made.createObjectStore("self");
    made.createObjectStore("rosters");
    made.createObjectStore("queue", { keyPath: "nonce" });
  });

  const device = async () => {
    const known = await run("self", "readonly", (store) => store.get("device"));
    if (known) return known;
    const fresh = crypto.randomUUID();
    await run("self", "readwrite", (store) => store.put(fresh, "device"));
    return fresh;
  };

  /* -> {id, key} of this account on this device; null before the server has given one, or after signing out. */
  const COOKIE = "guyub_door=";
  let held = null;
  const unlock = async () => {
    const text = (document.cookie.split("; ").find((pair) => pair.startsWith(COOKIE)) || "").slice(COOKIE.length);
    if (text && (!held || held.text !== text)) {
      const bytes = Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
      const mark = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8);
      const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
      held = { text, key, id: mark.join(".") };
    }
    return held; // a key that ran out while the page is open still serves this page
  };
  const seal = async (value) => {
    const lock = await unlock();
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, lock.key, new TextEncoder().encode(JSON.stringify(value)));
    return { lock: lock.id, iv, data };
  };
  /* -> the value; null where it is somebody else's. */
  const unseal = async (sealed) => {
    const lock = await unlock();
    if (!lock || !sealed || sealed.lock !== lock.id) return null;
    try {
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, lock.key, sealed.data)));
    } catch { return null; }
  };
  /* Rows of an earlier version stand open. */
  const read = async (row) => (row && row.sealed ? unseal(row.sealed) : row || null);

  window.guyubDoor.store = {
    device,
    unlock,
    roster: async (training) => read(await run("rosters", "readonly", (store) => store.get(training))),
    keepRoster: async (training, roster) => {
      const sealed = await seal(roster);
      return run("rosters", "readwrite", (store) => store.put({ sealed }, training));
    },
    dropRoster: (training) => run("rosters", "readwrite", (store) => store.delete(training)),
    waiting: async () => {
      const rows = await Promise.all((await run("queue", "readonly", (store) => store.getAll())).map(read));
      return rows.filter(Boolean);
    },
    /* How many stand here, those of another account too. */
    count: () => run("queue", "readonly", (store) => store.count()),
    enqueue: async (row) => {
      const sealed = await seal(row);
      return run("queue", "readwrite", (store) => store.put({ nonce: row.nonce, sealed }));
    },
    answered: (nonces) => run("queue", "readwrite", (store) => { nonces.forEach((nonce) => store.delete(nonce)); }),
  };
})();
