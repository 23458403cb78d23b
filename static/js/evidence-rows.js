/* Lists in forms: rows added and taken away, and for a unit those that measure the metric of its row. */
(function () {
  "use strict";

  function addRow(button) {
    var list = button.closest("[data-rows]");
    var here = list.querySelector("[data-rows-here]");
    var number = Number(list.dataset.next || here.children.length);
    list.dataset.next = number + 1;
    var made = document.createElement("template");
    made.innerHTML = list.querySelector("template").innerHTML.replaceAll("__n__", String(number));
    var row = made.content.firstElementChild;
    here.append(row);
    window.htmx.process(row);
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  }

  function removeRow(button) {
    var row = button.closest("[data-query], .form-row");
    var list = row.closest("[data-rows]");
    list.dataset.next = list.dataset.next || list.querySelector("[data-rows-here]").children.length;
    var form = row.closest("form");
    row.remove();
    if (form.matches("[data-guard]")) form.dataset.dirty = "1";
    list.querySelector("[data-add-row]").focus();
  }

  function units() {
    var told = document.getElementById("units-by-metric");
    return told ? JSON.parse(told.textContent) : {};
  }

  function rowOf(field) {
    return field.closest("[data-query], .form-row");
  }

  /* The list belongs to whichever unit has the focus. */
  document.addEventListener("focusin", function (event) {
    if (!event.target.matches("[data-unit]")) return;
    var metric = rowOf(event.target).querySelector("[data-metric]");
    var wanted = metric && units()[metric.value];
    var list = document.getElementById("units-of-metrics");
    if (!wanted || !list) return;
    list.replaceChildren.apply(list, wanted.map(function (unit) {
      var option = document.createElement("option");
      option.value = unit;
      return option;
    }));
  });

  /* A metric brings its own unit, unless somebody typed one that fits. */
  document.addEventListener("change", function (event) {
    if (!event.target.matches("[data-metric]")) return;
    var unit = rowOf(event.target).querySelector("[data-unit]");
    var wanted = units()[event.target.value];
    if (unit && wanted && wanted.indexOf(unit.value) < 0) unit.value = wanted[0];
  });

  /* What was looked up goes into its field: a text takes it after a comma, a list gets a row of it. */
  function fill(button) {
    var field = "ask-" + button.closest("[data-choices]").dataset.choices;
    var form = button.closest("form");
    var input = form.elements[field];
    if (input) {
      var told = input.value.split(",").map(function (one) { return one.trim(); }).filter(Boolean);
      if (told.indexOf(button.dataset.fill) < 0) told.push(button.dataset.fill);
      input.value = told.join(", ");
      input.focus();
    } else fillRow(form.querySelector(".asked-" + field + " [data-rows]"), button.dataset.fill);
    form.dataset.dirty = "1";
  }

  function fillRow(list, text) {
    var blank = Array.from(list.querySelectorAll("[data-rows-here] > .form-row")).find(function (row) {
      return Array.from(row.querySelectorAll("input")).every(function (input) { return !input.value; });
    });
    if (!blank || !blank.offsetParent) {
      addRow(list.querySelector("[data-add-row]"));
      blank = list.querySelector("[data-rows-here]").lastElementChild;
    }
    var pair = blank.querySelector("[name$='-key']:not(select)") ? text.match(/^([^=]+)=([\s\S]*)$/) : null;
    set(blank, "key", pair ? pair[1] : "");
    set(blank, "value", pair ? pair[2] : text);
    set(blank, "name", text);
  }

  function set(row, column, text) {
    var input = row.querySelector("input[name$='-" + column + "']");
    if (input && text) { input.value = text; input.focus(); }
  }

  document.addEventListener("click", function (event) {
    var choice = event.target.closest("[data-fill]");
    if (choice) fill(choice);
    var add = event.target.closest("[data-add-row]");
    var remove = event.target.closest("[data-remove-row]");
    if (add) addRow(add);
    if (remove) removeRow(remove);
  });
})();
