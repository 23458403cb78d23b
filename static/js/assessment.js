/* Keys in the questions of an assessment: a digit chooses, j and k go on and back. Without scripts the radio buttons do. */
(function () {
  "use strict";

  /* From outside the questions either key leads to the first of them. */
  function go(question, step) {
    var all = Array.from(document.querySelectorAll("[data-questions] [data-question]"));
    var next = question ? all[all.indexOf(question) + step] : all[0];
    if (!next) return;
    (next.querySelector("input[type=radio]:checked") || next.querySelector("input[type=radio]")).focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest) return;
    var question = event.target.closest("[data-question]");
    if (event.target.matches("textarea, select, input:not([type=radio])") || event.target.closest("dialog")) return;
    if (event.key === "j" || event.key === "k") return go(question, event.key === "j" ? 1 : -1);
    if (!question) return;
    var choice = question.querySelector('input[type=radio][data-key="' + CSS.escape(event.key) + '"]');
    if (!choice) return;
    event.preventDefault();
    choice.focus();
    if (!choice.checked) choice.click();
  });
})();
