/* The door's camera. Reads QR codes where the browser can (BarcodeDetector), and sends them through the same form that
   takes typed codes; without it the page works by typing. */
(() => {
  "use strict";

  const box = document.querySelector("[data-scanner]");
  const start = document.querySelector("[data-scanner-start]");
  const none = document.querySelector("[data-scanner-none]");
  if (!box || !start) return;
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) {
    none.hidden = false;
    return;
  }

  const EVERY = 200; // milliseconds between two looks
  const SAME = 4000; // the same code again within this time is the same show of the phone
  const video = box.querySelector("video");
  let last = { text: "", at: 0 };

  const send = (text) => {
    const form = document.querySelector("[data-door-form]");
    form.elements.text.value = text;
    form.elements.way.value = "SCAN";
    form.elements.scanned_at.value = new Date().toISOString();
    form.requestSubmit();
    if (navigator.vibrate) navigator.vibrate(60);
  };

  const look = async (detector) => {
    try {
      const found = await detector.detect(video);
      const text = found.length ? found[0].rawValue : "";
      const now = Date.now();
      if (text && (text !== last.text || now - last.at > SAME)) send(text);
      if (text) last = { text, at: now };
    } catch { /* the picture is not ready yet */ }
    window.setTimeout(() => look(detector), EVERY);
  };

  const open = async () => {
    start.hidden = true;
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      box.hidden = false;
      await video.play();
      look(new window.BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      none.hidden = false;
    }
  };

  start.hidden = false;
  start.addEventListener("click", open);
})();
