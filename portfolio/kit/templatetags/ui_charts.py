"""The table behind a chart, made from the same data that the chart is drawn from (contract: static/js/charts.js)."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import DASH, tidy

Data = dict[str, Any]
Cell = dict[str, Any]


def _number(value: Any) -> Cell:
    return {"text": _("unknown") if value is None else tidy(value, 2), "num": True}


def _label(item: Data) -> Cell:
    return {"text": str(item["label"]), "url": item.get("url", "")}


def _bar(data: Data) -> tuple[list[str], list[list[Cell]]]:
    columns = [str(data.get("category_label", "")), *(str(series["name"]) for series in data["series"])]
    rows = []
    for index, category in enumerate(data["categories"]):
        cells = [series["data"][index] for series in data["series"]]
        url = next((cell["url"] for cell in cells if cell.get("url")), "")
        rows.append([{"text": str(category), "url": url}, *(_with_range(cell) for cell in cells)])
    return columns, rows


def _with_range(cell: Data) -> Cell:
    made = _number(cell["value"])
    if cell.get("low") is not None and cell.get("high") is not None:
        made["text"] += f" ({tidy(cell['low'], 2)}{DASH}{tidy(cell['high'], 2)})"
    if cell.get("base"):
        made["text"] += f", {cell['base']}"
    if cell.get("sign"):
        made["text"] = f"{cell['sign']} {made['text']}"
    return made


def _flow(data: Data) -> tuple[list[str], list[list[Cell]]]:
    names = {node["id"]: str(node["label"]) for node in data["nodes"]}
    rows = [
        [
            {"text": names[link["source"]], "url": link.get("url", "")},
            {"text": names[link["target"]]},
            _number(link["value"]),
        ]
        for link in data["links"]
    ]
    return [_("From"), _("To"), str(data.get("unit") or _("Number"))], rows


def _interval(data: Data) -> tuple[list[str], list[list[Cell]]]:
    if data.get("dots"):
        named = [[_label(row), _number(row.get("mid")), {"text": str(row.get("base", ""))}] for row in data["rows"]]
        return [str(data.get("category_label", "")), str(data.get("unit") or _("Number")), _("Base")], named
    rows = [
        [_label(row), *(_number(row.get(key)) for key in ("mid", "low", "high")), {"text": str(row.get("base", ""))}]
        for row in data["rows"]
    ]
    return [str(data.get("category_label", "")), _("Estimate"), _("Low"), _("High"), _("Base")], rows


def _box(data: Data) -> tuple[list[str], list[list[Cell]]]:
    keys = ("n", "min", "q1", "median", "q3", "max")
    rows = [[_label(row), *(_number(row.get(key)) for key in keys)] for row in data["rows"]]
    heads = [_("Number"), _("Minimum"), _("Lower quartile"), _("Median"), _("Upper quartile"), _("Maximum")]
    return [str(data.get("category_label", "")), *heads], rows


def _step(data: Data) -> tuple[list[str], list[list[Cell]]]:
    columns = [str(data.get("category_label", "")), *(str(series["name"]) for series in data["series"])]
    rows = [
        [{"text": str(label)}, *(_number(series["data"][index]) for series in data["series"])]
        for index, label in enumerate(data["labels"])
    ]
    return columns, rows


def _waterfall(data: Data) -> tuple[list[str], list[list[Cell]]]:
    """What stands at first, each step with its sign, what comes of it; a step's own unit stands in the head."""
    ends = [[_label(one), _with_range(one), {"text": str(one.get("note", ""))}] for one in (data["from"], data["to"])]
    steps = [[_label(one), _signed(one["value"]), {"text": str(one.get("note", ""))}] for one in data["steps"]]
    return [str(data.get("category_label", "")), str(data.get("unit") or _("Number")), _("Note")], [ends[0], *steps, ends[1]]


def _signed(value: float) -> Cell:
    made = _number(value)
    return made if value < 0 else made | {"text": f"+{made['text']}"}


def _line(data: Data) -> tuple[list[str], list[list[Cell]]]:
    columns = [
        " ".join(filter(None, (str(data["x_label"]), str(data.get("x_unit", ""))))),
        *(str(one["name"]) for one in data["series"]),
    ]
    points = [{point["x"]: point for point in one["data"]} for one in data["series"]]
    rows = [[_number(x), *(_read(one.get(x)) for one in points)] for x in sorted({x for one in points for x in one})]
    return columns, rows


def _time(data: Data) -> tuple[list[str], list[list[Cell]]]:
    """A row for each time of any series; a gap has none."""
    points = [{point["t"]: point for point in one["data"] if point["y"] is not None} for one in data["series"]]
    said = {t: point["at"] for one in points for t, point in one.items()}
    rows = [[{"text": str(said[t])}, *(_read(one.get(t)) for one in points)] for t in sorted(said)]
    return [_("Time"), *(str(one["name"]) for one in data["series"])], rows


def _bubble(data: Data) -> tuple[list[str], list[list[Cell]]]:
    heads = [_with_unit(data["x_label"], data.get("x_unit")), _with_unit(data["y_label"], data.get("unit"))]
    columns = [str(data.get("category_label", "")), *heads, _with_unit(data["size_label"], data.get("unit")), _("Note")]
    rows = [
        [
            _label(one), _with_range({"value": one["x"], "low": one["low"], "high": one["high"]}), _number(one["y"]),
            _number(one["size"]), {"text": str(one.get("note", ""))},
        ]
        for one in data["points"]
    ]  # fmt: skip
    return columns, rows


def _with_unit(label: Any, unit: Any) -> str:
    return f"{label} ({unit})" if unit else str(label)


def _read(point: Data | None) -> Cell:
    """A point of a line with its range, its sign, its note and where it leads; a dash where a series has none."""
    if point is None:
        return {"text": DASH}
    made = _with_range({"value": point["y"], "base": point.get("note", ""), **point})
    return made | {"url": point.get("url", "")}


def _stands(line: Data) -> Cell:
    """Where a reference line stands; one over time says it in words."""
    return {"text": str(line["at"])} if "at" in line else _number(line["value"])


_TWINS: dict[str, Callable[[Data], tuple[list[str], list[list[Cell]]]]] = {
    "bar": _bar,
    "flow": _flow,
    "interval": _interval,
    "box": _box,
    "bubble": _bubble,
    "line": _line,
    "step": _step,
    "time": _time,
    "waterfall": _waterfall,
}


def twin(data: Data) -> dict[str, Any]:
    """`{"columns": [...], "rows": [[{"text", "url"?, "num"?}]]}` for any kind of chart; KeyError for an unknown kind."""
    columns, rows = _TWINS[data["kind"]](data)
    lines = [*data.get("markers", []), *data.get("levels", [])]
    markers = [[{"text": str(line["label"])}, _stands(line), *[{"text": ""}] * (len(columns) - 2)] for line in lines]
    return {"columns": columns, "rows": rows + markers}
