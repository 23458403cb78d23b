/* Form comforts: show password, drop zone, unsaved work, tick all, find in a long option list. */
(function () {
  "use strict";

  function showPassword(button) {
    var input = document.getElementById(button.getAttribute("aria-controls"));
    var shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = shown ? button.dataset.show : button.dataset.hide;
  }

  function listFiles(zone) {
    var files = Array.from(zone.querySelector("input[type=file]").files);
    zone.querySelector("[data-files]").textContent = files
      .map(function (file) { return file.name + " (" + Math.max(1, Math.round(file.size / 1024)) + " kB)"; })
      .join(", ");
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-show-password]");
    if (button) showPassword(button);
  });

  document.addEventListener("change", function (event) {
    var zone = event.target.closest(".dropzone");
    if (zone && event.target.type === "file") listFiles(zone);
    if (event.target.matches("[data-check-all]")) {
      document.querySelectorAll(event.target.dataset.checkAll).forEach(function (box) {
        box.checked = event.target.checked;
      });
    }
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });

  ["dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var zone = event.target.closest && event.target.closest(".dropzone");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
      if (name !== "drop") return;
      zone.querySelector("input[type=file]").files = event.dataTransfer.files;
      listFiles(zone);
    });
  });

  document.addEventListener("input", function (event) {
    if (event.target.matches("[data-find]")) {
      var wanted = event.target.value.toLowerCase();
      event.target.parentElement.querySelectorAll("label").forEach(function (label) {
        label.hidden = !label.textContent.toLowerCase().includes(wanted);
        label.style.display = label.hidden ? "none" : "";
      });
      event.stopPropagation();
    }
    var form = event.target.form;
    if (form && form.matches("[data-guard]")) form.dataset.dirty = "1";
  });
  document.addEventListener("submit", function (event) { delete event.target.dataset.dirty; });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
  });
})();
