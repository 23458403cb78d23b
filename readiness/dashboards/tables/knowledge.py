"""Unknown and stale by dimension: bars in the colours of the verdicts, and what is unknown most with who finds it out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui import VERDICTS
from portfolio.kit.templatetags.ui_text import grouped, percent
from readiness.assessments.choices import DIMENSION_LABELS, Dimension
from readiness.assessments.queries.unknowns.groups import Group
from readiness.dashboards.rules.knowledge import CRITERIA, REQUIREMENTS, VALUES, Knowledge

Chart = dict[str, Any]
SHOWN = 6


def labels() -> dict[str, str]:
    """Dimensions in the order of the chart: what production asks for first, then the ten of assessments."""
    own = {REQUIREMENTS: _("Requirements"), VALUES: _("Profile values"), CRITERIA: _("Gate criteria")}
    return own | {name.value: _(DIMENSION_LABELS[name]) for name in Dimension}


def knowledge_chart(found: Knowledge, unit: int | None) -> Chart | None:
    """None where nothing was asked of anything."""
    words = labels()
    names = [name for name in words if found.base(name)]
    if not names:
        return None
    series = [_series(found, verdict, names, unit) for verdict in VERDICTS]
    return {
        "kind": "bar", "stacked": True, "title": _("What is known, by dimension"), "category_label": _("Dimension (how many)"),
        "unit": "%", "max": 100, "categories": [f"{words[name]} ({grouped(found.base(name))})" for name in names],
        "series": [one for one in series if any(cell["value"] for cell in one["data"])], "summary": _summary(found, words),
        "source": _(
            "the newest assessment of each (yes is met, partly a warning, no not met), verdicts of requirements, profile "
            "values (known is met), criteria of open gate reviews"
        ),
    }  # fmt: skip


def _series(found: Knowledge, verdict: str, names: list[str], unit: int | None) -> dict[str, Any]:
    label = str(VERDICTS[verdict][0])
    return {"name": label, "color": f"v-{verdict}", "data": [_cell(found, verdict, name, unit) for name in names]}


def _cell(found: Knowledge, verdict: str, name: str, unit: int | None) -> dict[str, Any]:
    n, whole = found.verdicts[name][verdict], found.base(name)
    return {
        "value": round(100 * n / whole, 1), "base": _("%(part)s of %(whole)s") % {"part": grouped(n), "whole": grouped(whole)},
        "url": _rows_url(name, verdict, unit),
    }  # fmt: skip


def _rows_url(name: str, verdict: str, unit: int | None) -> str:
    narrowed = {"unit": str(unit)} if unit else {}
    if name == REQUIREMENTS:
        return f"{reverse('evidence:missing')}?{urlencode(narrowed | {'verdict': verdict})}"
    if name == CRITERIA:
        return reverse("gates:list")
    kind = "value" if name == VALUES else "answer"
    return f"{reverse('assessments:unknowns')}?{urlencode(narrowed | {'kind': kind})}"


def _summary(found: Knowledge, words: dict[str, str]) -> str:
    base = _("%(assessed)s of %(running)s running initiatives are assessed.") % {
        "assessed": grouped(found.assessed), "running": grouped(found.running),
    }  # fmt: skip
    if not (most := found.most_open):
        return base
    said = _("Least is known of %(what)s: %(share)s unknown or stale (%(part)s of %(whole)s).") % {
        "what": words[most].lower(), "share": percent(found.open(most), found.base(most)), "part": grouped(found.open(most)),
        "whole": grouped(found.base(most)),
    }  # fmt: skip
    return f"{said} {base}"


def unknown_rows(groups: Iterable[Group], unit: int | None) -> list[dict[str, Any]]:
    """What is unknown and holds up most gates, with who finds it out and by when."""
    return [_unknown(one, unit) for one in list(groups)[:SHOWN]]


def _unknown(one: Group, unit: int | None) -> dict[str, Any]:
    query = {"kind": one.kind.value, "key": one.key} | ({"unit": str(unit)} if unit else {})
    return {"one": one, "url": f"{reverse('assessments:unknown_rows')}?{urlencode(query)}", "unowned": one.items - one.owned}
