/* Charts. A page writes {% chart data %}; this file finds <div class="chart" data-chart="ID">, reads the JSON of #ID,
   loads ECharts once (SVG renderer), draws, follows the colour mode, answers keys, exports.

   data, every kind: kind, title, summary (one sentence, also the accessible description), unit?, source?,
     markers? [{value, label}] reference lines named with their source, max?, category_label?
   bar       categories [text], series [{name, color?, data [{value, url?, low?, high?, base?}]}], stacked?
   flow      nodes [{id, label, color?, url?, depth?}], links [{source, target, value, url?}], right? (px for the last labels)
   interval  rows [{label, mid?, low, high, base?, url?, color?}], ends? (write low–high beside the line instead of mid),
            whole? (the axis counts in whole numbers), min? (the axis begins below zero),
            dots? (low..high only leads from zero to mid and is no interval)
   box       rows [{label, n, min, q1, median, q3, max, url?, points? [{value, label, url?}]}]
   step      days [ISO date], labels [text], until (ISO date), series [{name, color?, line? (else stacked), data [number]}]
   line      series [{name, color?, as? ("dots": no line, "curve": no dots, "hollow": marks that do not count, "bars": dots with bars),
            data [{x, y, low?, high?, url?, note?, sign? ("≥" or "≤": a bound)}]}], x_label, x_unit?, y_label?, x_from_zero?,
            log? ("x", "y" or "xy"), levels? [{value, label, far? (not drawn)}] across; markers stand on the x axis
   time      series as of line with data [{t, y (null: a gap), at (the time in words), low?, high?, url?, note?, sign?, hollow?}],
            since, until, markers? [{value (as t), at, label}], gaps? [{since, until}] (shaded), levels? as of line; t in milliseconds of the reader's clock
   waterfall from {label, value, note?}, steps [{label, value (signed), url?, note?}], to {label, value, low?, high?}, step_unit?
   bubble    points [{label, x (0..100), low, high (of x), y, size, url?, note?}] the largest first, x_label, x_unit, y_label,
            size_label, log? ("y"), named? (so many carry their name); unit is of y and of the size; markers stand on the x axis
   color is the name of a CSS variable without its dashes: "accent", "stage-3", "v-not_met", "ink-2". */
(function () {
  "use strict";
  var P = window.Pilotage;
  var script = document.currentScript;
  var live = new Map();
  var kept = new Map();
  var loading = null;

  function load(url) {
    return new Promise(function (resolve, reject) {
      var tag = document.createElement("script");
      tag.src = url;
      tag.onload = resolve;
      tag.onerror = reject;
      document.head.append(tag);
    });
  }

  function libraries() {
    loading = loading || Promise.all([load(script.dataset.echarts), load(script.dataset.kinds), load(script.dataset.lines)]);
    return loading;
  }

  /* Any CSS colour (also light-dark() and oklch()) as #rrggbb, which the chart library can read. */
  var pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  P.color = function (name) {
    var probe = document.createElement("span");
    probe.style.color = "var(--" + name + ")";
    document.body.append(probe);
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    pixel.fillRect(0, 0, 1, 1);
    return "#" + Array.from(pixel.getImageData(0, 0, 1, 1).data.slice(0, 3))
      .map(function (part) { return part.toString(16).padStart(2, "0"); })
      .join("");
  };

  P.escape = function (text) {
    var span = document.createElement("span");
    span.textContent = text === undefined || text === null ? "" : String(text);
    return span.innerHTML;
  };

  /* htmx drops every script of an answer (allowScriptTags), data too: those of charts are kept beside it. */
  function keep(event) {
    var answer = event.detail.serverResponse || "";
    if (answer.indexOf('type="application/json"') < 0) return;
    new DOMParser().parseFromString(answer, "text/html").querySelectorAll('script[type="application/json"][id]').forEach(function (one) {
      kept.set(one.id, one.textContent);
    });
  }

  function draw(box) {
    var source = document.getElementById(box.dataset.chart);
    var text = source ? source.textContent : kept.get(box.dataset.chart);
    if (!text || !document.contains(box)) return; // swapped away between two frames
    var data = JSON.parse(text);
    var chart = live.get(box);
    if (!chart) {
      chart = window.echarts.init(box, null, { renderer: "svg" });
      live.set(box, chart);
      new ResizeObserver(function () { draw(box); }).observe(box);
      chart.on("click", function (event) { go(event.data); });
    } else chart.resize();
    var option = P.chartOption(data, box.clientWidth);
    if (box.dataset.drawn) option.animation = false; // drawn again for another width or colour: marks stand where they belong at once
    chart.setOption(option, true);
    delete box.dataset.at;
    box.querySelectorAll("svg").forEach(function (svg) { svg.setAttribute("aria-hidden", "true"); });
    box.dataset.drawn = "1";
  }

  function go(item) {
    if (item && item.url) location.assign(item.url);
  }

  /* Keys: arrows walk through the marks of all series, Enter opens what the mark stands for. */
  function marks(chart) {
    var list = [];
    chart.getOption().series.forEach(function (series, seriesIndex) {
      (series.data || []).forEach(function (item, dataIndex) {
        if (item && item.says) list.push({ seriesIndex: seriesIndex, dataIndex: dataIndex, item: item });
      });
    });
    return list;
  }

  document.addEventListener("keydown", function (event) {
    var box = event.target.closest && event.target.closest("[data-chart]");
    var chart = box && live.get(box);
    if (!chart) return;
    var list = marks(chart);
    var at = Number(box.dataset.at || -1);
    if (event.key === "Enter" && list[at]) return go(list[at].item);
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !list.length) return;
    event.preventDefault();
    at = (at + step + list.length) % list.length;
    box.dataset.at = at;
    chart.dispatchAction({ type: "downplay" });
    chart.dispatchAction({ type: "highlight", seriesIndex: list[at].seriesIndex, dataIndex: list[at].dataIndex });
    chart.dispatchAction({ type: "showTip", seriesIndex: list[at].seriesIndex, dataIndex: list[at].dataIndex });
    P.announce(list[at].item.says);
  });

  /* Exports: what is drawn as SVG, on its ground as PNG (twice the size), the table twin as CSV. */
  function save(url, name) {
    var link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  }

  function csv(table) {
    return Array.from(table.rows).map(function (row) {
      return Array.from(row.cells).map(function (cell) {
        var text = cell.textContent.trim();
        if (/^[\s]*[=+\-@\t\r＝＋－＠]/.test(text) && !/^-?[\d.,\s]+$/.test(text)) text = "'" + text;
        return '"' + text.replaceAll('"', '""') + '"';
      }).join(",");
    }).join("\r\n");
  }

  function png(svgText, box, name) {
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = box.clientWidth * 2;
      canvas.height = box.clientHeight * 2;
      var context = canvas.getContext("2d");
      context.fillStyle = P.color("surface");
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      save(canvas.toDataURL("image/png"), name + ".png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svgText);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-export]");
    if (!button) return;
    var frame = button.closest("[data-chart-frame]");
    var box = frame.querySelector("[data-chart]");
    var name = box.getAttribute("aria-label").replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase();
    if (button.dataset.export === "csv") {
      return save(URL.createObjectURL(new Blob(["\ufeff" + csv(frame.querySelector("table"))], { type: "text/csv" })), name + ".csv");
    }
    var svg = box.querySelector("svg");
    svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    if (button.dataset.export === "png") return png(svg.outerHTML, box, name);
    save(URL.createObjectURL(new Blob([svg.outerHTML], { type: "image/svg+xml" })), name + ".svg");
  });

  function drawNew() { drawAll("[data-chart]:not([data-drawn])"); }

  function drawAll(which) {
    live.forEach(function (chart, box) {
      if (document.contains(box)) return;
      chart.dispose();
      live.delete(box);
      kept.delete(box.dataset.chart);
    });
    var boxes = document.querySelectorAll(typeof which === "string" ? which : "[data-chart]");
    if (boxes.length) libraries().then(function () { boxes.forEach(draw); });
  }

  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:afterSettle", drawNew);
  document.addEventListener("pilotage:theme", drawAll);
  drawAll();
})();
