/* A button with data-copy="#id" copies that field; without a clipboard (plain http) it selects the text for Ctrl+C. */
(function () {
  "use strict";

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    var field = document.querySelector(button.dataset.copy);
    field.focus();
    field.select();
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(field.value).then(function () {
      button.querySelector("span").textContent = button.dataset.copied;
      document.getElementById("announcer").textContent = button.dataset.copied;
    });
  });
})();
