/* What field surveys keep on the phone: forms that are not sent yet with their photos, and the pages, all of it sealed
   (offline/seal.js). In the open stand only the name drawn with a form, its moment, and whose it is, as a bare identifier.
   Forms of the version before stood open: they are sealed as soon as there is a key. */
window.guyubSurvey = window.guyubSurvey || {};

(() => {
  "use strict";

  const offline = window.guyubOffline;
  if (!offline || !("indexedDB" in window) || !crypto.subtle) return;
  const run = offline.base("guyub-survey", 2, (made) => {
    if (!made.objectStoreNames.contains("queue")) made.createObjectStore("queue", { keyPath: "nonce" });
    ["self", "pages"].forEach((name) => { if (!made.objectStoreNames.contains(name)) made.createObjectStore(name); });
  });
  const lock = offline.lock("guyub_survey");
  const self = (name) => run("self", "readonly", (store) => store.get(name));
  const remember = (name, value) => run("self", "readwrite", (store) => store.put(value, name));

  const device = async () => {
    const known = await self("device");
    if (known) return known;
    const fresh = crypto.randomUUID();
    await remember("device", fresh);
    return fresh;
  };

  /* Ask the server for the key. -> "ok", "login" or "offline"; "refused" where it gives none. */
  const renew = async (address, csrf) => {
    const { state, answer } = await offline.post(address, JSON.stringify({ device: await device() }), csrf);
    const own = state === "ok" ? await lock.unlock() : null;
    if (own) await remember("owner", { user: answer.user, lock: own.id });
    return state;
  };
  /* Is the key that stands here that of this account? */
  const holds = async (user) => {
    const [own, owner] = [await lock.unlock(), await self("owner")];
    return Boolean(own && owner && owner.user === user && owner.lock === own.id);
  };

  const sealPhoto = async (photo) => {
    if (!Array.isArray(photo)) return photo; // sealed before
    const [name, blob] = photo;
    return { name, type: blob.type, sealed: await lock.sealBytes(await blob.arrayBuffer()) };
  };
  const openPhoto = async (photo) => {
    if (Array.isArray(photo)) return photo;
    return [photo.name, new Blob([await lock.unsealBytes(photo.sealed)], { type: photo.type })];
  };
  const put = async ({ nonce, user, at, photos, ...rest }) => {
    const row = { nonce, user, at, sealed: await lock.seal(rest), photos: await Promise.all(photos.map(sealPhoto)) };
    return run("queue", "readwrite", (store) => store.put(row));
  };
  const read = async (row) => {
    if (!row || !row.sealed) return row || null;
    const rest = await lock.unseal(row.sealed);
    return rest && { ...rest, nonce: row.nonce, user: row.user, at: row.at, photos: row.photos };
  };
  const all = () => run("queue", "readonly", (store) => store.getAll());

  window.guyubSurvey.store = {
    renew,
    holds,
    put,
    row: async (nonce) => read(await run("queue", "readonly", (store) => store.get(nonce))),
    photos: (row) => Promise.all(row.photos.map(openPhoto)),
    drop: (nonce) => run("queue", "readwrite", (store) => store.delete(nonce)),
    /* -> the forms of this account, how many of them cannot be read now, how many are somebody else's. */
    waiting: async (user) => {
      const rows = await all();
      const own = rows.filter((row) => row.user === user);
      const found = (await Promise.all(own.map(read))).filter(Boolean);
      return { mine: found, locked: own.length - found.length, others: rows.length - own.length };
    },
    /* Forms of this account that the version before left open. */
    sealOpen: async (user) => {
      for (const row of await all()) if (row.user === user && !row.sealed) await put(row);
    },
    page: async (address) => lock.read(await run("pages", "readonly", (store) => store.get(address))),
    keepPage: async (address, page) => {
      const sealed = await lock.seal(page);
      return run("pages", "readwrite", (store) => store.put({ sealed }, address));
    },
    keepOnly: async (addresses) => {
      const known = await run("pages", "readonly", (store) => store.getAllKeys());
      const gone = known.filter((address) => !addresses.includes(address));
      if (gone.length) await run("pages", "readwrite", (store) => { gone.forEach((address) => store.delete(address)); });
    },
  };
})();
