"""Fixed sample data of the style page (templates/ui/style.html); nothing else may use it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

_STAGES = ("Idea", "PoC", "Pilot", "Scale-up", "Production")


def _figures() -> list[dict[str, Any]]:
    return [
        {"label": "In flight", "value": 61, "unit": "initiatives", "base": "of 74 registered", "url": "#"},
        {
            "label": "Reached production",
            "value": "20 %",
            "base": "12 of 61",
            "interval": "12-31 % (95 %)",
            "reference": "a third of pilots, rtslabs",
            "origin": "Stage history of this register",
            "as_of": date(2026, 3, 1),
            "note": "Wilson interval over initiatives that entered a pilot.",
        },
        {"label": "Stalled", "value": 9, "base": "15 % of 61"},
        {
            "label": "Expected abandoned",
            "value": "14.2",
            "unit": "initiatives",
            "interval": "9-22 (P90)",
            "origin": "Prior from published studies",
            "note": "Before there is history, the prior speaks.",
        },
        {"label": "Expected abandoned spend", "value": None, "note": "Arrives with the budgets."},
    ]


def _bars() -> dict[str, Any]:
    values = ((51, 46, 56), (39, 31, 47), (37, 30, 45))
    cells = [{"value": mid, "low": low, "high": high, "base": "of 61", "url": "#"} for mid, low, high in values]
    return {
        "kind": "bar",
        "title": "Public cloud by function",
        "unit": "%",
        "max": 100,
        "category_label": "Function",
        "summary": "Half of the initiatives store in public cloud; fewer train or infer there.",
        "source": "own register; line: 451alliance",
        "categories": ["Storage", "Training", "Inference"],
        "series": [{"name": "Own share", "data": cells}],
        "markers": [{"value": 68, "label": "68 % containerised, 451alliance"}],
    }


def _stacked() -> dict[str, Any]:
    parts = (("In plan", "stage-4", (12, 8, 5)), ("Outside", "stage-2", (4, 9, 6)), ("Unknown", "v-unknown", (5, 3, 9)))
    series = [
        {"name": name, "color": color, "data": [{"value": value, "url": "#"} for value in values]}
        for name, color, values in parts
    ]
    return {
        "kind": "bar",
        "stacked": True,
        "title": "In the IT plan, by unit",
        "category_label": "Unit",
        "series": series,
        "summary": "A third of what Research buys is unknown to the plan.",
        "categories": ["Logistics", "Finance", "Research"],
    }


def _flow() -> dict[str, Any]:
    nodes = [{"id": f"s{index}", "label": name, "color": f"stage-{index + 1}", "url": "#"} for index, name in enumerate(_STAGES)]
    nodes += [{"id": "out", "label": "Abandoned", "color": "ink-2", "url": "#"}]
    links = [
        ("s0", "s1", 74),
        ("s1", "s2", 41),
        ("s2", "s3", 22),
        ("s3", "s4", 12),
        ("s1", "out", 18),
        ("s2", "out", 9),
        ("s3", "out", 4),
    ]
    return {
        "kind": "flow",
        "title": "Flow through the stages",
        "unit": "initiatives",
        "nodes": nodes,
        "summary": "Most are lost between PoC and pilot: 18 of 74.",
        "links": [{"source": source, "target": target, "value": value, "url": "#"} for source, target, value in links],
    }


def _intervals() -> dict[str, Any]:
    rows = (
        ("Idea → PoC", 80, 70, 88),
        ("PoC → Pilot", 55, 44, 66),
        ("Pilot → Scale-up", 54, 39, 68),
        ("Scale-up → Production", None, 30, 80),
    )
    return {
        "kind": "interval",
        "title": "Conversion per gate",
        "unit": "%",
        "max": 100,
        "category_label": "Gate",
        "summary": "Half of what enters a gate after the PoC passes it.",
        "markers": [{"value": 33, "label": "33 % of pilots, rtslabs"}],
        "rows": [
            {"label": name, "mid": mid, "low": low, "high": high, "base": "n = 41", "url": "#"} for name, mid, low, high in rows
        ],
    }


def _boxes() -> dict[str, Any]:
    rows = (("PoC", 41, 12, 60, 110, 190, 400), ("Pilot", 22, 30, 90, 160, 260, 520), ("Scale-up", 12, 40, 100, 150, 220, 330))
    keys = ("label", "n", "min", "q1", "median", "q3", "max")
    made = [dict(zip(keys, row, strict=True)) | {"url": "#", "points": []} for row in rows]
    made[0]["points"] = [{"value": 610, "label": "AI-0042", "url": "#"}]
    return {
        "kind": "box",
        "title": "Time in stage",
        "unit": "days",
        "category_label": "Stage",
        "rows": made,
        "summary": "A PoC takes 110 days in the middle; AI-0042 has been in it for 610.",
    }


def samples() -> dict[str, Any]:
    """Everything the style page shows, with dates relative to today."""
    today = timezone.localdate()
    states = ("done", "done", "current", "todo", "todo")
    steps = [
        {"label": name, "state": state, "note": "" if state == "todo" else "Mar 2025", "url": "#"}
        for name, state in zip(_STAGES, states, strict=True)
    ]
    cards = [
        {
            "key": f"AI-00{n}",
            "title": title,
            "url": "#",
            "owner": "Ada King",
            "unit": "Logistics",
            "since": today - timedelta(days=n),
        }
        for n, title in ((42, "Predictive maintenance for conveyor belts"), (57, "Invoice reading"))
    ]
    return {
        "figures": _figures(),
        "bars": _bars(),
        "stacked": _stacked(),
        "flow": _flow(),
        "intervals": _intervals(),
        "boxes": _boxes(),
        "steps": steps,
        "stages": list(enumerate(_STAGES, 1)),
        "soon": today + timedelta(days=5),
        "past": date(2023, 7, 14),
        "columns": [
            {"label": name, "count": 12 - 3 * n, "url": "#", "cards": cards if n < 2 else []} for n, name in enumerate(_STAGES)
        ],
        "path": [{"label": "Group", "url": "#"}, {"label": "Operations", "url": "#"}, {"label": "Logistics"}],
        "tabs": [
            {"label": "Overview", "url": "#", "active": True},
            {"label": "Evidence", "url": "#", "count": 14},
            {"label": "History", "url": "#"},
        ],
        "diff": [{"field": "Stage", "before": "PoC", "after": "Pilot"}, {"field": "Sponsor", "before": "", "after": "Ada King"}],
        "events": [
            {
                "icon": "flag",
                "title": "Stage changed to Pilot",
                "who": "Ada King",
                "at": datetime(2026, 3, 1, 9, tzinfo=UTC),
                "via": "page",
            },
            {
                "icon": "file-import",
                "title": "Created by import",
                "url": "#",
                "who": "import 12",
                "at": datetime(2025, 9, 1, 9, tzinfo=UTC),
                "via": "job",
            },
        ],
        "rows": cards,
    }
