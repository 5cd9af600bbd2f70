/* The seal on what stands on a phone (AES-GCM), for every page that works without signal. The key is that of one account on
   one device; the server gives it in a cookie that script can read and that ends by itself (foundation/common/phone_keys.py).
   It goes when nobody is logged in. What is sealed and not sent yet stays, and opens again when the same account has logged in
   on the same phone: then the server gives the same key. */
window.guyubOffline = window.guyubOffline || {};

(() => {
  "use strict";

  /* -> {unlock, seal, unseal, sealBytes, unsealBytes, read} with the key that the cookie `name` holds. */
  const lock = (name) => {
    const cookie = `${name}=`;
    let held = null;

    /* -> {id, key} of this account on this device; null before the server has given one, or after signing out. */
    const unlock = async () => {
      const text = (document.cookie.split("; ").find((pair) => pair.startsWith(cookie)) || "").slice(cookie.length);
      if (text && (!held || held.text !== text)) {
        const bytes = Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
        const mark = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8);
        const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
        held = { text, key, id: mark.join(".") };
      }
      return held; // a key that ran out while the page is open still serves this page
    };

    const sealBytes = async (bytes) => {
      const own = await unlock();
      const iv = crypto.getRandomValues(new Uint8Array(12));
      return { lock: own.id, iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, own.key, bytes) };
    };
    const seal = (value) => sealBytes(new TextEncoder().encode(JSON.stringify(value)));

    /* -> what was sealed; null where it is somebody else's. */
    const unsealBytes = async (sealed) => {
      const own = await unlock();
      if (!own || !sealed || sealed.lock !== own.id) return null;
      try {
        return await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, own.key, sealed.data);
      } catch { return null; }
    };
    const unseal = async (sealed) => {
      const bytes = await unsealBytes(sealed);
      return bytes && JSON.parse(new TextDecoder().decode(bytes));
    };
    /* Rows of an earlier version stand open. */
    const read = async (row) => (row && row.sealed ? unseal(row.sealed) : row || null);

    return { unlock, seal, unseal, sealBytes, unsealBytes, read };
  };

  window.guyubOffline.lock = lock;
})();
