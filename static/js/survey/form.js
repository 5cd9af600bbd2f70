/* The paper of a visit: what is written on it is read, and written back when it is opened again. */
window.guyubSurvey = window.guyubSurvey || {};

(() => {
  "use strict";

  const SIDE = 2000; // dots: what the server keeps of a photo

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

  /* -> {fields, photos} as they are kept and sent. */
  const read = async (form) => {
    const fields = [];
    const photos = [];
    for (const [name, value] of new FormData(form)) {
      if (!(value instanceof File)) { if (name !== "csrfmiddlewaretoken") fields.push([name, value]); } else if (value.size) photos.push([name, await small(value)]);
    }
    return { fields, photos };
  };

  /* Everything that was written, and the photos, as if she had just chosen them. */
  const write = (form, fields, photos) => {
    const said = (node) => fields.some(([name, value]) => name === node.name && value === node.value);
    [...form.elements].forEach((node) => {
      if (node.type === "checkbox" || node.type === "radio") node.checked = said(node);
    });
    fields.forEach(([name, value]) => {
      const node = form.elements.namedItem(name);
      if (node && "value" in node && name !== "csrfmiddlewaretoken" && !["checkbox", "radio"].includes(node.type) && !(node instanceof RadioNodeList)) node.value = value;
    });
    photos.forEach(([name, blob]) => {
      const input = [...form.querySelectorAll(`input[type=file][name="${name}"]`)].pop();
      if (!input) return;
      const label = input.closest(".field").querySelector(".label").firstChild.textContent.trim();
      const chosen = new DataTransfer();
      chosen.items.add(new File([blob], `${label}.jpg`, { type: blob.type }));
      input.files = chosen.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  /* Why the server did not take it: on top, each reason leading to its field, and once more at the field. */
  const tell = (form, title, faults, model) => {
    const box = document.createElement("div");
    const list = document.createElement("ul");
    const head = document.createElement("h2");
    box.className = "errors";
    box.tabIndex = -1;
    box.dataset.errors = "";
    box.setAttribute("role", "alert");
    head.textContent = title;
    list.className = "stack--tight";
    box.append(head, list);
    faults.forEach(({ field, text }) => {
      const item = document.createElement("li");
      const node = field && [...form.querySelectorAll(`[name="${field}"]`)].pop();
      const around = node && node.closest(".field");
      if (around && node.id) {
        const link = document.createElement("a");
        const error = model.cloneNode(true);
        link.href = `#${node.id}`;
        link.textContent = text;
        item.append(link);
        around.classList.add("field--bad");
        node.setAttribute("aria-invalid", "true");
        error.querySelector("span").textContent = text;
        around.children[0].after(error);
      } else item.textContent = text;
      list.append(item);
    });
    form.before(box);
    box.focus();
  };

  window.guyubSurvey.paper = { read, write, tell };
})();
