/* Curves over a quantity ("line") and over time ("time"), and bubbles: from our data to the chart library's options (contract in charts.js). */
(function () {
  "use strict";
  var P = window.Pilotage;
  function T() { return P.chartTools; }

  function axis(data, side, name, unit, colors, width) {
    var log = (data.log || "").indexOf(side) >= 0;
    return {
      type: log ? "log" : "value", name: name, nameLocation: "middle", nameGap: side === "x" ? 28 : width < 480 ? 34 : 42,
      min: side === "y" && !log ? 0 : undefined,
      nameTextStyle: { color: colors.ink2 }, splitLine: { show: side === "y", lineStyle: { color: colors.line } }, axisLine: { lineStyle: { color: colors.strong } },
      axisLabel: { color: colors.ink2, hideOverlap: true, formatter: function (value) { return T().number(value) + (unit ? "\u202f" + unit : ""); } },
    };
  }

  /* One of our points as a mark: what it says, where it leads, hollow where it does not count. */
  function mark(data, series, point, title, at, color, colors) {
    var range = point.low !== undefined && point.low !== null && point.low !== point.high;
    var lines = [
      title, (point.sign || "") + T().withUnit(point.y, data), range ? T().number(point.low) + "–" + T().withUnit(point.high, data) : "", point.note,
    ];
    var item = { value: [at, point.y], url: point.url, tip: T().tip(series.name, lines), says: T().says(series.name, lines) };
    if (point.sign) Object.assign(item, { symbol: "triangle", symbolSize: 9, symbolRotate: point.sign === "≤" ? 180 : 0 });
    if (series.as === "hollow" || point.hollow) item.itemStyle = { color: colors.surface, borderColor: color, borderWidth: 2 };
    return item;
  }

  /* Unseen points: the axis reaches to the highest end of every range. */
  function reach(data, sets, first) {
    var highs = [].concat.apply([], data.series.map(function (series) { return ranged(series.data).map(function (point) { return point.high; }); }));
    if (highs.length) sets.push(unseen([[first, Math.max.apply(null, highs)]]));
  }

  function unseen(points) {
    return { type: "line", silent: true, symbol: "none", lineStyle: { width: 0 }, tooltip: { show: false }, data: points.map(function (point) { return { value: point }; }) };
  }

  /* Reference lines across the picture, and points that keep the axis wide enough for them. */
  function levels(data, colors, sets, first) {
    var drawn = (data.levels || []).filter(function (level) { return !level.far; });
    if (!drawn.length || !sets.length) return;
    sets.push(Object.assign(unseen(drawn.map(function (level) { return [first, level.value]; })), {
      markLine: {
        symbol: "none", silent: true, animation: false, lineStyle: { color: colors.ink, type: [6, 4], width: 1.5 },
        data: drawn.map(function (level) {
          return { yAxis: level.value, label: { formatter: level.label, color: colors.ink, fontSize: 11, fontWeight: 600, position: "insideStartTop", distance: [2, 3], padding: [1, 3], borderRadius: 2, backgroundColor: colors.surface } };
        }),
      },
    }));
  }

  function lineSet(data, series, index, color, colors, points) {
    var dots = series.as === "dots" || series.as === "hollow" || series.as === "bars";
    return {
      type: "line", name: series.name, symbol: index && !dots ? "diamond" : "circle", symbolSize: series.as === "hollow" ? 10 : 7, z: series.as === "hollow" ? 6 : 5,
      showSymbol: series.as !== "curve", connectNulls: false, lineStyle: { color: color, width: dots ? 0 : 2, type: series.as === "curve" ? [2, 3] : index && data.kind === "line" ? "dashed" : "solid" }, itemStyle: { color: color },
      endLabel: { show: data.series.length > 1, formatter: series.name, color: colors.ink, width: 90, overflow: "break", lineHeight: 14 },
      labelLayout: { moveOverlap: "shiftY" }, data: points,
    };
  }

  function colorOf(series, index) {
    return P.color(series.color || (index ? "stage-" + Math.min(5, index + 2) : "accent"));
  }

  function ranged(points) {
    return points.filter(function (point) { return point.low !== undefined && point.low !== null; });
  }

  /* A curve over a quantity. `log` names the axes that are logarithmic; low..high of a point is drawn as a band. */
  function line(data, colors, width) {
    var sets = [];
    data.series.forEach(function (series, index) {
      var color = colorOf(series, index);
      if (ranged(series.data).length) sets.push(series.as === "bars" ? bars(color, ranged(series.data)) : band(color, [ranged(series.data)], "x", data.log || ""));
      var set = lineSet(data, series, index, color, colors, series.data.map(function (point) {
        var title = data.x_label + " " + T().number(point.x) + (data.x_unit ? "\u202f" + data.x_unit : "");
        return mark(data, series, point, title, point.x, color, colors);
      }));
      if (!index) set.markLine = above(T().markers(data, colors));
      sets.push(set);
    });
    var xs = [].concat.apply([], data.series.map(function (series) { return series.data.map(function (point) { return point.x; }); }));
    reach(data, sets, Math.min.apply(null, xs));
    levels(data, colors, sets, Math.min.apply(null, xs));
    var x = axis(data, "x", data.x_label, data.x_unit, colors, width);
    if (data.x_from_zero) x.min = 0;
    return { grid: grid(data, width), xAxis: x, yAxis: axis(data, "y", data.y_label || "", data.unit, colors, width), series: sets };
  }

  function grid(data, width) {
    return { left: width < 480 ? 48 : 60, right: data.series.length > 1 ? 104 : 24, top: data.markers || data.levels ? 32 : 16, bottom: data.kind === "time" ? 30 : 48 };
  }

  /* Values over time: t in milliseconds of the reader's clock; a null is a gap, over which nothing is drawn. */
  function time(data, colors, width) {
    var sets = [];
    data.series.forEach(function (series, index) {
      var color = colorOf(series, index);
      var parts = stretches(series.data);
      if (ranged(series.data).length) sets.push(band(color, parts.map(ranged), "t", ""));
      var set = lineSet(data, series, index, color, colors, series.data.map(function (point) {
        return point.y === null ? { value: [point.t, null] } : mark(data, series, point, point.at, point.t, color, colors);
      }));
      set.symbol = "circle";
      if (series.as === "dots") Object.assign(set, { z: 7, endLabel: { show: false } }); // they lie on the other line, where its name stands
      if (!index) set.markLine = inside(above(T().markers(data, colors)), data);
      set.symbolSize = series.as === "hollow" ? 9 : series.data.length > 80 ? 3 : 5;
      sets.push(set);
    });
    if (sets.length) shade(data, colors, sets[sets.length - 1]);
    reach(data, sets, data.since);
    levels(data, colors, sets, data.since);
    return {
      useUTC: true, grid: grid(data, width),
      xAxis: { type: "time", min: data.since, max: data.until, axisLine: { lineStyle: { color: colors.strong } }, splitNumber: width < 480 ? 3 : 7, axisLabel: { color: colors.ink2, hideOverlap: true, formatter: moment(data) } },
      yAxis: axis(data, "y", "", data.unit, colors, width), series: sets,
    };
  }

  /* Hours within two days, else days, in the words of the reader's language. */
  function moment(data) {
    var lang = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // as the texts beside it
    var short = data.until - data.since <= 49 * 3600e3;
    return function (value) {
      var at = new Date(value);
      var day = at.toLocaleDateString(lang, { day: "numeric", month: "short", timeZone: "UTC" });
      return short && value % 86400e3 ? at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" }) : day;
    };
  }

  /* Where nothing is known, the ground says so. */
  function shade(data, colors, set) {
    if (!data.gaps || !data.gaps.length) return;
    set.markArea = {
      silent: true, animation: false, itemStyle: { color: P.color("v-unknown-bg"), opacity: 0.6 },
      data: data.gaps.map(function (gap) { return [{ xAxis: gap.since }, { xAxis: gap.until }]; }),
    };
  }

  function stretches(points) {
    var parts = [[]];
    points.forEach(function (point) { if (point.y === null) parts.push([]); else parts[parts.length - 1].push(point); });
    return parts.filter(function (part) { return part.length > 1; });
  }

  /* Names of reference lines over the picture: below it stands the axis. */
  function above(lines) {
    if (lines) lines.data.forEach(function (item) { item.label.position = "end"; });
    return lines;
  }

  /* A name beside a line in the later half ends there: behind it the picture ends. */
  function inside(lines, data) {
    if (lines) lines.data.forEach(function (item) { item.label.align = item.xAxis > (data.since + data.until) / 2 ? "right" : "left"; });
    return lines;
  }

  /* The interval of every point as one closed shape behind the line, one for each stretch without a gap. */
  function band(color, parts, at, logs) {
    var least = logs.indexOf("y") < 0 ? 0 : 1e-9;
    return {
      type: "custom", silent: true, clip: true, z: 1, tooltip: { show: false }, data: parts.map(function (_part, index) { return index; }),
      renderItem: function (params, api) {
        var points = parts[params.dataIndex];
        if (points.length < 2) return undefined;
        var up = points.map(function (point) { return api.coord([point[at], point.high]); });
        var down = points.map(function (point) { return api.coord([point[at], Math.max(least, point.low)]); }).reverse();
        return { type: "polygon", shape: { points: up.concat(down) }, style: { fill: color, opacity: 0.14 } };
      },
    };
  }

  /* The interval of every point as a bar with end caps: points that are not neighbours on one curve. */
  function bars(color, points) {
    return {
      type: "custom", silent: true, clip: true, z: 1, tooltip: { show: false }, data: points.map(function (_point, index) { return index; }),
      renderItem: function (params, api) {
        var point = points[params.dataIndex];
        var high = api.coord([point.x, point.high]), low = api.coord([point.x, point.low]);
        function stroke(from, to) { return { type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: color, lineWidth: 1.5 } }; }
        function cap(at) { return stroke([at[0] - 4, at[1]], [at[0] + 4, at[1]]); }
        return { type: "group", children: [stroke(high, low), cap(high), cap(low)] };
      },
    };
  }

  /* Bubbles: the interval of x as a thin line, the area by size; the first few carry their name. */
  function bubble(data, colors, width) {
    var most = Math.max.apply(null, data.points.map(function (point) { return point.size; }).concat([1e-9]));
    var largest = width < 480 ? 34 : 48;
    var named = width < 480 ? 3 : data.named === undefined ? 6 : data.named;
    var color = P.color("accent");
    var y = axis(data, "y", data.y_label, data.unit, colors, width);
    var x = Object.assign(axis(data, "x", data.x_label, data.x_unit, colors, width), { min: 0, max: 100 });
    return {
      grid: { left: width < 480 ? 56 : 68, right: 24, top: 16, bottom: 48 }, xAxis: x, yAxis: y,
      series: [
        whiskers(data, colors),
        {
          type: "scatter", itemStyle: { color: color + "73", borderColor: color, borderWidth: 1 }, z: 5,
          labelLayout: { hideOverlap: true, moveOverlap: "shiftY" }, markLine: above(T().markers(data, colors)),
          data: data.points.map(function (point, place) {
            var lines = [data.x_label + " " + T().number(point.x) + "\u202f% [" + T().number(point.low) + ", " + T().number(point.high) + "]", data.y_label + " " + T().withUnit(point.y, data), data.size_label + " " + T().withUnit(point.size, data), point.note];
            return {
              value: [point.x, point.y], symbolSize: Math.max(7, largest * Math.sqrt(point.size / most)), url: point.url, tip: T().tip(point.label, lines), says: T().says(point.label, lines),
              label: { show: place < named, formatter: point.label, position: point.x > 60 ? "left" : "right", color: colors.ink, fontSize: 11, width: 150, overflow: "truncate", textBorderColor: colors.surface, textBorderWidth: 3 },
            };
          }),
        },
      ],
    };
  }

  function whiskers(data, colors) {
    return {
      type: "custom", silent: true, z: 3, tooltip: { show: false }, data: data.points.map(function (point) { return [point.low, point.high, point.y]; }),
      renderItem: function (_params, api) {
        var from = api.coord([api.value(0), api.value(2)]);
        var to = api.coord([api.value(1), api.value(2)]);
        return { type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: colors.strong, lineWidth: 1, opacity: 0.5 } };
      },
    };
  }

  P.lineKinds = { line: line, time: time, bubble: bubble };
})();
