/* What the door keeps on the phone: this device's own name, the roster of the day, and scans that are not sent yet.
   Rosters go when nobody is logged in (guyub.js); unsent scans stay until the server has answered them. */
window.guyubDoor = window.guyubDoor || {};

(() => {
  "use strict";

  const NAME = "guyub-door";
  let opened;

  const open = () => {
    opened = opened || new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("self");
        asked.result.createObjectStore("rosters");
        asked.result.createObjectStore("queue", { keyPath: "nonce" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    return opened;
  };

  const run = async (store, mode, deed) => {
    const base = await open();
    return new Promise((resolve, reject) => {
      const work = base.transaction(store, mode);
      const asked = deed(work.objectStore(store));
      work.oncomplete = () => resolve(asked && asked.result);
      work.onerror = () => reject(work.error);
      work.onabort = () => reject(work.error);
    });
  };

  const device = async () => {
    const known = await run("self", "readonly", (store) => store.get("device"));
    if (known) return known;
    const fresh = crypto.randomUUID();
    await run("self", "readwrite", (store) => store.put(fresh, "device"));
    return fresh;
  };

  window.guyubDoor.store = {
    device,
    roster: (training) => run("rosters", "readonly", (store) => store.get(training)),
    keepRoster: (training, roster) => run("rosters", "readwrite", (store) => store.put(roster, training)),
    dropRoster: (training) => run("rosters", "readwrite", (store) => store.delete(training)),
    waiting: () => run("queue", "readonly", (store) => store.getAll()),
    enqueue: (row) => run("queue", "readwrite", (store) => store.put(row)),
    answered: (nonces) => run("queue", "readwrite", (store) => { nonces.forEach((nonce) => store.delete(nonce)); }),
  };
})();
