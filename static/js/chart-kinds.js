/* From our data to the chart library's options; one function per kind (contract in charts.js), lines in chart-lines.js. */
(function () {
  "use strict";
  var P = window.Pilotage;
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  function number(value) {
    return value === null || value === undefined ? "–" : Number(value).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
  }

  function compact(value) {
    return Number(value).toLocaleString(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
  }

  function withUnit(value, data) {
    return number(value) + (data.unit ? "\u202f" + data.unit : "");
  }

  function tip(title, lines) {
    return "<strong>" + P.escape(title) + "</strong><br>" + lines.filter(Boolean).map(P.escape).join("<br>");
  }

  function says(title, lines) {
    return [title].concat(lines.filter(Boolean)).join(", ");
  }

  function base(data, colors) {
    return {
      animation: !calm.matches,
      animationDuration: 250,
      textStyle: { color: colors.ink, fontFamily: colors.font, fontSize: 12 },
      tooltip: {
        confine: true,
        backgroundColor: colors.surface,
        borderColor: colors.line,
        padding: [6, 10],
        textStyle: { color: colors.ink, fontSize: 12 },
        formatter: function (point) { return point.data && point.data.tip; },
      },
    };
  }

  function axes(data, colors, labels, width) {
    var widest = Math.min(width * 0.38, Math.max.apply(null, labels.map(function (text) { return text.length * 7.4; }).concat([40])));
    return {
      grid: { left: widest + 14, right: 56, top: data.markers ? 14 + 14 * Math.min(2, data.markers.length) : 10, bottom: 24 },
      yAxis: {
        type: "category", inverse: true, data: labels,
        axisLine: { lineStyle: { color: colors.strong } }, axisTick: { show: false },
        axisLabel: { color: colors.ink, width: widest, overflow: "truncate" },
      },
      xAxis: {
        type: "value", min: data.min || 0, minInterval: data.whole ? 1 : undefined, max: data.max, interval: data.max ? data.max / (width < 420 ? 2 : 4) : undefined, splitNumber: width < 360 ? 2 : width < 560 ? 3 : 5,
        splitLine: { lineStyle: { color: colors.line } },
        axisLabel: { color: colors.ink2, hideOverlap: true, formatter: function (value) { return withUnit(value, data); } },
      },
    };
  }

  /* Reference lines carry their own name and value; later ones sit a line higher, so that they do not collide. */
  function markers(data, colors) {
    if (!data.markers || !data.markers.length) return undefined;
    return {
      symbol: "none", silent: true, animation: false,
      lineStyle: { color: colors.ink2, type: "dashed", width: 1.5 },
      data: data.markers.map(function (marker, index) {
        return {
          xAxis: marker.value,
          label: { formatter: marker.label, color: colors.ink2, position: "start", distance: 4 + 14 * (index % 2), fontSize: 11 },
        };
      }),
    };
  }

  function barItem(data, series, cell, category) {
    var lines = [
      (data.series.length > 1 ? series.name + ": " : "") + withUnit(cell.value, data),
      cell.low !== undefined && cell.low !== null ? number(cell.low) + "–" + withUnit(cell.high, data) : "",
      cell.base,
    ];
    return { value: cell.value, url: cell.url, low: cell.low, high: cell.high, tip: tip(category, lines), says: says(category, lines) };
  }

  /* A line with end caps from low to high and its figure beside it, for bars and for interval rows alike. */
  function whisker(colors, key, texts) {
    return {
      type: "custom", silent: true, z: 5, tooltip: { show: false },
      encode: { x: [1, 2], y: 0 }, // so that the axis reaches from the lowest end to the highest
      renderItem: function (params, api) {
        var at = api.value(0);
        var from = api.coord([api.value(1), at]);
        var to = api.coord([api.value(2), at]);
        var style = { stroke: colors[key], lineWidth: key === "ink" ? 1.5 : 2, fill: "none" };
        var line = function (x1, y1, x2, y2) { return { type: "line", shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: style }; };
        return { type: "group", children: [
          line(from[0], from[1], to[0], to[1]), line(from[0], from[1] - 4, from[0], from[1] + 4), line(to[0], to[1] - 4, to[0], to[1] + 4),
          { type: "text", x: to[0] + 7, y: to[1], style: { text: texts[params.dataIndex], fill: colors.ink, stroke: colors.surface, lineWidth: 3, fontSize: 12, fontFamily: colors.font, verticalAlign: "middle" } },
        ] };
      },
    };
  }

  function bar(data, colors, width) {
    var option = axes(data, colors, data.categories, width);
    option.series = data.series.map(function (series, index) {
      var color = P.color(series.color || (data.series.length > 1 ? "stage-" + Math.min(5, index + 1) : "accent"));
      return {
        type: "bar", name: series.name, stack: data.stacked ? "all" : undefined, barMaxWidth: 18, barMinHeight: 1,
        itemStyle: { color: color, borderRadius: data.stacked ? 0 : [0, 3, 3, 0], borderColor: colors.surface, borderWidth: data.stacked ? 1 : 0 },
        emphasis: { itemStyle: { borderColor: colors.ink, borderWidth: 2 } },
        label: data.stacked ? { show: false } : { show: true, position: "right", color: colors.ink, formatter: function (point) { return point.data.high === undefined || point.data.high === null ? withUnit(point.value, data) : ""; } },
        markLine: index ? undefined : markers(data, colors),
        data: series.data.map(function (cell, at) { return barItem(data, series, cell, data.categories[at]); }),
      };
    });
    if (data.stacked) {
      option.legend = { top: data.markers ? 18 : 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: colors.ink2 }, inactiveColor: colors.strong };
      option.grid.top += 22;
    }
    var ranged = data.stacked ? [] : data.series[0].data.map(function (cell, at) { return [at, cell.low, cell.high, cell.value]; }).filter(function (row) { return row[1] !== undefined && row[1] !== null; });
    if (ranged.length) option.series.push(Object.assign(whisker(colors, "ink", ranged.map(function (row) { return withUnit(row[3], data); })), { data: ranged }));
    return option;
  }

  function interval(data, colors, width) {
    var option = axes(data, colors, data.rows.map(function (row) { return row.label; }), width);
    var text = function (row) { return [row.mid === undefined || row.mid === null ? "" : withUnit(row.mid, data), data.dots ? "" : number(row.low) + "–" + withUnit(row.high, data), row.base]; };
    option.series = [
      Object.assign(whisker(colors, "accent", data.rows.map(function (row) { return data.ends || row.mid === undefined || row.mid === null ? number(row.low) + "–" + withUnit(row.high, data) : withUnit(row.mid, data); })), { data: data.rows.map(function (row, at) { return [at, row.low, row.high]; }) }),
      {
        type: "scatter", symbolSize: 11, symbol: "diamond", z: 6, markLine: markers(data, colors),
        data: data.rows.map(function (row, at) {
          var known = row.mid !== undefined && row.mid !== null;
          return {
            value: [known ? row.mid : (row.low + row.high) / 2, at], url: row.url,
            itemStyle: { opacity: 1, color: known ? P.color(row.color || "accent") : "transparent" },
            tip: tip(row.label, text(row)), says: says(row.label, text(row)),
          };
        }),
      },
    ];
    return option;
  }

  function box(data, colors, width) {
    var option = axes(data, colors, data.rows.map(function (row) { return row.label + " (" + row.n + ")"; }), width);
    var points = [];
    data.rows.forEach(function (row, at) {
      (row.points || []).forEach(function (point) {
        var lines = [withUnit(point.value, data)];
        points.push({ value: [point.value, at], url: point.url, tip: tip(point.label, lines), says: says(point.label, lines) });
      });
    });
    option.series = [
      {
        type: "boxplot", boxWidth: [8, 18], layout: "horizontal", markLine: markers(data, colors),
        itemStyle: { color: P.color("accent-soft"), borderColor: colors.accent, borderWidth: 1.5 },
        data: data.rows.map(function (row) {
          var lines = ["median " + withUnit(row.median, data), number(row.q1) + "–" + withUnit(row.q3, data), "n = " + row.n];
          return { value: [row.min, row.q1, row.median, row.q3, row.max], url: row.url, tip: tip(row.label, lines), says: says(row.label, lines) };
        }),
      },
      { type: "scatter", symbolSize: 7, itemStyle: { color: "transparent", borderColor: colors.ink, borderWidth: 1.5 }, data: points },
    ];
    return option;
  }

  function flow(data, colors, width) {
    var label = {};
    data.nodes.forEach(function (node) { label[node.id] = node.label; });
    return { series: [{
      type: "sankey", left: 4, right: width < 480 ? 96 : data.right || 120, top: 12, bottom: 18, nodeWidth: 10, nodeGap: 14, draggable: false, layoutIterations: 0,
      emphasis: { focus: "adjacency" },
      label: { color: colors.ink, fontSize: width < 480 ? 11 : 12, lineHeight: 14, formatter: function (point) { return label[point.name] + (width < 480 ? "\n" : " ") + (data.compact ? compact(point.value) : number(point.value)); } },
      lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
      data: data.nodes.map(function (node) {
        return { name: node.id, depth: node.depth, url: node.url, itemStyle: { color: P.color(node.color || "accent"), borderWidth: 0 }, tip: P.escape(node.label), says: node.label };
      }),
      links: data.links.map(function (link) {
        var title = label[link.source] + " → " + label[link.target];
        return { source: link.source, target: link.target, value: link.value, url: link.url, tip: tip(title, [withUnit(link.value, data)]) };
      }),
    }] };
  }

  /* Amounts that hold from one day until the next: stacked areas, and lines over them. */
  function step(data, colors, width) {
    var month = function (value) { return new Date(value).toLocaleDateString(document.documentElement.lang, { month: "short", year: "2-digit", timeZone: "UTC" }); };
    return {
      grid: { left: 48, right: 20, top: width < 480 ? 54 : 34, bottom: 26 },
      legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, icon: "rect", textStyle: { color: colors.ink2 }, inactiveColor: colors.strong },
      xAxis: { type: "time", min: data.days[0], max: data.until, axisLine: { lineStyle: { color: colors.strong } }, splitNumber: width < 480 ? 3 : 6, axisLabel: { color: colors.ink2, hideOverlap: true, formatter: month } },
      yAxis: { type: "value", min: 0, splitNumber: 4, splitLine: { lineStyle: { color: colors.line } }, axisLabel: { color: colors.ink2, formatter: number } },
      series: data.series.map(function (series) {
        var color = P.color(series.color || "accent");
        var points = series.data.map(function (value, at) {
          var lines = [series.name + ": " + withUnit(value, data)];
          return { value: [data.days[at], value], tip: tip(data.labels[at], lines), says: says(data.labels[at], lines) };
        });
        points.push({ value: [data.until, series.data[series.data.length - 1]], symbol: "none" });
        return {
          type: "line", step: "end", name: series.name, stack: series.line ? undefined : "all", symbol: "circle", symbolSize: 6, data: points,
          itemStyle: { color: color }, lineStyle: { color: color, width: series.line ? 2.5 : 1 },
          areaStyle: series.line ? undefined : { color: color, opacity: 0.75 }, z: series.line ? 5 : 2,
        };
      }),
    };
  }

  /* From one figure to another over signed steps that add up; up and down differ in colour, sign and direction. */
  function waterfall(data, colors, width) {
    var rows = [Object.assign({ end: true }, data.from)].concat(data.steps, [Object.assign({ end: true }, data.to)]);
    var option = axes(data, colors, rows.map(function (row) { return row.label; }), width);
    var level = 0;
    var spans = rows.map(function (row) {
      var start = row.end ? 0 : level;
      level = row.end ? row.value : level + row.value;
      return [start, level];
    });
    var ends = [].concat.apply([], spans.slice(1, -1)).concat([data.from.value, data.to.value, data.to.low, data.to.high].filter(function (end) { return end !== undefined && end !== null; }));
    var signed = function (row) { return row.end ? withUnit(row.value, data) : (row.value > 0 ? "+" : row.value < 0 ? "\u2212" : "\u00b1") + number(Math.abs(row.value)); };
    option.xAxis.max = Math.min(100, Math.ceil((Math.max.apply(null, ends) + 4) / 10) * 10);
    option.series = [
      {
        type: "custom", z: 3, animation: false, encode: { x: [1, 2], y: 0 },
        data: rows.map(function (row, at) {
          var lines = [signed(row) + (row.end ? "" : "\u202f" + (data.step_unit || "")), row.end && row.low !== undefined && row.low !== null ? number(row.low) + "–" + withUnit(row.high, data) : "", row.note];
          return { value: [at].concat(spans[at]), url: row.url, tip: tip(row.label, lines), says: says(row.label, lines) };
        }),
        renderItem: function (params, api) {
          var at = api.value(0), row = rows[at];
          var from = api.coord([api.value(1), at]), to = api.coord([api.value(2), at]);
          var height = Math.min(18, api.size([0, 1])[1] * 0.62);
          var fill = row.end ? colors.ink2 : P.color(row.value > 0 ? "stage-5" : "accent");
          var bar = { type: "rect", shape: { x: Math.min(from[0], to[0]), y: to[1] - height / 2, width: Math.max(1.5, Math.abs(to[0] - from[0])), height: height, r: 2 }, style: { fill: fill, opacity: row.end ? 0.55 : 1 }, emphasis: { style: { stroke: colors.ink, lineWidth: 2 } } };
          var beside = Math.max(from[0], to[0], row.high === undefined || row.high === null ? 0 : api.coord([row.high, at])[0]);
          var parts = [bar, { type: "text", x: beside + 7, y: to[1], style: { text: signed(row), fill: colors.ink, stroke: colors.surface, lineWidth: 3, fontSize: 12, fontFamily: colors.font, align: "left", verticalAlign: "middle" } }];
          if (at < rows.length - 1) parts.push({ type: "line", silent: true, shape: { x1: to[0], y1: to[1], x2: to[0], y2: to[1] + api.size([0, 1])[1] }, style: { stroke: colors.strong, lineWidth: 1, lineDash: [2, 2] } });
          return { type: "group", children: parts };
        },
      },
    ];
    if (data.to.low !== undefined && data.to.low !== null) {
      option.series.push(Object.assign(whisker(colors, "ink", [""]), { data: [[rows.length - 1, data.to.low, data.to.high]] }));
    }
    return option;
  }

  var kinds = { bar: bar, interval: interval, box: box, flow: flow, step: step, waterfall: waterfall };
  P.chartTools = { number: number, withUnit: withUnit, tip: tip, says: says, markers: markers }; // for chart-lines.js

  P.chartOption = function (data, width) {
    var colors = { ink: P.color("ink"), ink2: P.color("ink-2"), line: P.color("line"), strong: P.color("line-strong"), surface: P.color("surface"), accent: P.color("accent"), font: getComputedStyle(document.body).fontFamily };
    return Object.assign(base(data, colors), (kinds[data.kind] || P.lineKinds[data.kind])(data, colors, width));
  };
})();
