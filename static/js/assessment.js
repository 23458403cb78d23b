/* Keys in the questions of an assessment: a digit chooses, j and k go on and back. Without scripts the radio buttons do. */
(function () {
  "use strict";

  function go(question, step) {
    var all = Array.from(question.closest("[data-questions]").querySelectorAll("[data-question]"));
    var next = all[all.indexOf(question) + step];
    if (!next) return;
    (next.querySelector("input[type=radio]:checked") || next.querySelector("input[type=radio]")).focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest) return;
    var question = event.target.closest("[data-question]");
    if (!question || event.target.matches("textarea, select, input:not([type=radio])")) return;
    if (event.key === "j" || event.key === "k") return go(question, event.key === "j" ? 1 : -1);
    var choice = question.querySelector('input[type=radio][data-key="' + CSS.escape(event.key) + '"]');
    if (!choice) return;
    event.preventDefault();
    choice.focus();
    if (!choice.checked) choice.click();
  });
})();
