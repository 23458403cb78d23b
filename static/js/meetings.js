/* The clock of the room counts down between two answers; the agenda can be dragged; n and p go on and back. All of it works by
   buttons alone, and the server decides. */
(function () {
  "use strict";
  var dragged = null;

  function two(number) { return number < 10 ? "0" + number : String(number); }

  function tick() {
    document.querySelectorAll("[data-clock]").forEach(function (clock) {
      var left = Math.floor((Date.parse(clock.dataset.clock) - Date.now()) / 1000);
      var size = Math.abs(left);
      clock.textContent = (left < 0 ? "+" : "") + Math.floor(size / 60) + ":" + two(size % 60);
      clock.parentElement.classList.toggle("over", left < 0);
    });
  }

  function itemOf(event) { return event.target.closest ? event.target.closest("[data-agenda] > li") : null; }

  function mark(item) {
    document.querySelectorAll(".agenda-item.over").forEach(function (other) { other.classList.remove("over"); });
    if (item) item.classList.add("over");
  }

  document.addEventListener("dragstart", function (event) {
    dragged = event.target.closest ? event.target.closest("[data-agenda] > [data-item]") : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.item);
    dragged.classList.add("dragged");
  });

  document.addEventListener("dragover", function (event) {
    var item = dragged && itemOf(event);
    if (!item) return;
    event.preventDefault();
    mark(item);
  });

  document.addEventListener("dragend", function () {
    if (dragged) dragged.classList.remove("dragged");
    dragged = null;
    mark(null);
  });

  document.addEventListener("drop", function (event) {
    var item = dragged && itemOf(event);
    if (!item || item === dragged) return;
    event.preventDefault();
    var place = Array.from(item.parentElement.children).indexOf(item);
    window.htmx.ajax("POST", dragged.dataset.move, {
      source: item.parentElement, target: "#agenda", select: "#agenda", swap: "outerHTML", values: { place: place },
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest) return;
    if (event.target.matches("textarea, select, input") || event.target.closest("dialog")) return;
    var button = document.querySelector('.room [data-key="' + CSS.escape(event.key) + '"]');
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:afterSwap", tick);
  window.setInterval(tick, 1000);
})();
