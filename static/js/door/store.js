/* What the door keeps on the phone: this device's own name, the roster of the day, and scans that are not sent yet.
   Names and numbers stand here sealed (offline/seal.js) under a key that ends with the day; it goes when nobody is logged in
   (guyub.js), and the rosters with it. Unsent scans stay, sealed, until the same person is logged in again. */
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

  const { unlock, seal, read } = window.guyubOffline.lock("guyub_door");

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
