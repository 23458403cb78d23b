/* The board by drag. Without it, every card has a link to its own form; the server decides what may move where. */
(function () {
  "use strict";
  var dragged = null;

  function columnOf(event) {
    return event.target.closest ? event.target.closest("[data-board] [data-stage]") : null;
  }

  function mark(column) {
    document.querySelectorAll(".board-column.over").forEach(function (other) { other.classList.toggle("over", other === column); });
    if (column) column.classList.add("over");
  }

  document.addEventListener("dragstart", function (event) {
    dragged = event.target.closest ? event.target.closest("[data-card]") : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.card);
    dragged.classList.add("dragged");
  });

  document.addEventListener("dragover", function (event) {
    var column = dragged && columnOf(event);
    if (!column) return;
    event.preventDefault();
    mark(column);
  });

  document.addEventListener("dragend", function () {
    if (dragged) dragged.classList.remove("dragged");
    dragged = null;
    mark(null);
  });

  document.addEventListener("drop", function (event) {
    var column = dragged && columnOf(event);
    if (!column) return;
    event.preventDefault();
    if (column.contains(dragged)) return;
    var board = column.closest("[data-board]");
    var here = location.pathname + location.search;
    var says = dragged.querySelector("a.fw-medium").textContent + ": " + board.dataset.moved + " " + column.getAttribute("aria-label");
    window.htmx.ajax("POST", board.dataset.board + dragged.dataset.card + "/stage/", {
      source: board, target: "#board", select: "#board", swap: "outerHTML",
      values: { stage: column.dataset.stage, version: dragged.dataset.version, next: here },
    }).then(function () { window.Pilotage.announce(says); });
  });
})();
