/* Reading QR codes from the camera: by the browser itself where it can (BarcodeDetector), else by the decoder that we
   bring along (static/vendor), so that any phone with a camera will do. */
window.guyubDoor = window.guyubDoor || {};

(() => {
  "use strict";

  const EVERY = 180; // milliseconds between two looks
  const SAME = 4000; // the same code again within this time is the same show of the phone
  const SIDE = 640; // pixels: enough for a code held at arm's length, and quick on a cheap phone

  const native = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    if (!formats.includes("qr_code")) return null;
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => {
      const found = await detector.detect(video);
      return found.length ? found[0].rawValue : "";
    };
  };

  const brought = async (address) => {
    const { decodeQR } = await import(address);
    const canvas = document.createElement("canvas");
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      paper.drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = paper.getImageData(0, 0, canvas.width, canvas.height);
      try {
        return decodeQR({ width: picture.width, height: picture.height, data: picture.data });
      } catch { return ""; /* no code in this picture */ }
    };
  };

  /* Start the camera and call `read(text)` for each code shown. Throws where there is no camera or no leave to use it. */
  const start = async (video, decoder, read) => {
    if (!navigator.mediaDevices) throw new Error("no camera");
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    await video.play();
    const look = (await native()) || (await brought(decoder));
    let last = { text: "", at: 0 };
    const again = async () => {
      try {
        const text = video.videoWidth ? await look(video) : "";
        const now = Date.now();
        if (text && (text !== last.text || now - last.at > SAME)) read(text);
        if (text) last = { text, at: now };
      } catch { /* the picture is not ready yet */ }
      window.setTimeout(again, EVERY);
    };
    again();
  };

  window.guyubDoor.camera = { start, brought };
})();
