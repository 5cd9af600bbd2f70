/* A file that was chosen shows its name and size; one that is too large is given back at once. For the portal and the office. */
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    const input = event.target;
    const label = input.matches("input[type=file]") && input.closest("[data-upload]");
    const file = label && input.files[0];
    if (!file) return;
    const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1).replace(".", ",")} MB`;
    const help = label.querySelector("[data-upload-help]");
    label.querySelector("[data-upload-name]").textContent = file.name;
    if (Number(label.dataset.max) > 0 && file.size > Number(label.dataset.max)) {
      input.value = "";
      help.textContent = `${size}. ${help.dataset.big}`;
      label.classList.remove("is-good");
      return;
    }
    const both = label.closest("[data-uploads]");
    if (both) both.querySelectorAll("[data-upload]").forEach((other) => {
      if (other === label) return;
      other.querySelector("input[type=file]").value = "";
      other.classList.remove("is-good");
    });
    help.textContent = `${size}. ${help.dataset.chosen}`;
    label.classList.add("is-good");
  });
})();
