/* A value of a profile: a typed number is a known one; choosing an answer leads to what it asks for next. */
(function () {
  "use strict";

  function rowOf(element) {
    return element.closest && element.closest(".value-row");
  }

  function chosen(row) {
    var radio = row.querySelector("[name$='-knowledge']:checked");
    return radio ? radio.value : "";
  }

  /* A link to a value that is folded away unfolds it. */
  function unfold() {
    var row = location.hash.startsWith("#row-") && document.getElementById(location.hash.slice(1));
    var folded = row && row.closest("details");
    if (!folded || folded.open) return;
    folded.open = true;
    row.scrollIntoView();
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  document.addEventListener("input", function (event) {
    var row = rowOf(event.target);
    if (!row || !event.target.matches("[name$='-value']") || event.target.value === "" || chosen(row)) return;
    row.querySelector("[value=known]").checked = true;
  });

  document.addEventListener("change", function (event) {
    var row = rowOf(event.target);
    if (!row || !event.target.matches("[name$='-knowledge']")) return;
    var more = row.querySelector(".value-more");
    if (event.target.value === "unknown") more.open = true;
    if (event.target.value === "known") more.open = false;
  });

  /* Enter saves the value it is pressed in, by leaving it; the form's own button is for those without scripts. */
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.matches(".value-row input:not([type=radio])")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* What the server says out of band belongs to the field it says it of. */
  document.addEventListener("htmx:oobAfterSwap", function (event) {
    var row = rowOf(event.target);
    if (!row || !event.target.matches(".value-said")) return;
    var field = row.querySelector("[name$='-value']");
    if (event.target.querySelector(".value-error")) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  });
})();
