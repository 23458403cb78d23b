"""Commitment dates beside scale starts: a dot per initiative, and what became of those before and after."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import day_text, grouped, percent
from readiness.core.stats.proportions import wilson
from readiness.dashboards.rules.scaling import AFTER, BEFORE, OUTCOMES, UNKNOWN, Scaled, Scaling
from readiness.dashboards.tables.links import Links

Chart = dict[str, Any]


def scaling_context(found: Scaling, links: Links, today: date) -> dict[str, Any]:
    return {"chart": _chart(found, links, today) if found.shown else None, "rows": _rows(found), "scaling": found,
            "heads": [label for _name, label in _outcomes()]}  # fmt: skip


def _chart(found: Scaling, links: Links, today: date) -> Chart:
    rows = [_dot(one, links, today) for one in found.shown]
    return {
        "kind": "interval", "dots": True, "title": _("First infrastructure commitment beside the start of scaling"),
        "unit": _("days"), "min": _left(rows), "category_label": _("Initiative"), "rows": rows,
        "markers": [{"value": 0, "label": _("scaling starts")}], "summary": _summary(found),
        "source": _("commitments for compute, network, storage and orchestration, stage history; the newest %(n)d scale starts")
        % {"n": len(rows)},
    }  # fmt: skip


def _left(rows: list[dict[str, Any]]) -> int:
    """Where the axis begins: wide enough to read what lies before scaling, in steps of 100 days."""
    least = min(0, *(row["low"] for row in rows), -max(row["high"] for row in rows) // 4)
    return int(least // 100) * 100


def _dot(one: Scaled, links: Links, today: date) -> dict[str, Any]:
    days = {"commitment": day_text(one.first_on, today), "start": day_text(one.scaled_on, today)}
    return {
        "label": one.key, "mid": one.days, "low": min(0, one.days), "high": max(0, one.days), "url": links.initiative(one.id),
        "color": "accent" if one.days <= 0 else "ink-2",
        "base": f"{one.name}: " + _("committed %(commitment)s, scaling since %(start)s") % days,
    }  # fmt: skip


def _summary(found: Scaling) -> str:
    """`Of 17 that started scaling 4 had committed before, 3 after; of 10 nobody can tell.`"""
    whole = found.known + found.unknown
    numbers = {"whole": grouped(whole), "before": grouped(found.of(BEFORE)), "after": grouped(found.of(AFTER)),
               "unknown": grouped(found.unknown)}  # fmt: skip
    return (
        _(
            "Of %(whole)s that started scaling %(before)s had committed before and %(after)s after; of %(unknown)s nobody can "
            "tell."
        )
        % numbers
    )


def _outcomes() -> tuple[tuple[str, str], ...]:
    labels = (_("In production"), _("Under way"), _("Abandoned"), _("Otherwise"))
    return tuple(zip(OUTCOMES, labels, strict=True))


def _rows(found: Scaling) -> list[dict[str, Any]]:
    """Before, after and unknown with what became of them, and the share that reached production with its interval."""
    labels = {
        BEFORE: _("Committed before"), AFTER: _("Committed after"), "no_commitment": _("No commitment on record"),
        "no_date": _("Commitment without a day"), "no_scale_date": _("Start of scaling without a day"),
    }  # fmt: skip
    return [_row(found, timing, label) for timing, label in labels.items() if timing in (BEFORE, AFTER) or found.of(timing)]


def _row(found: Scaling, timing: str, label: str) -> dict[str, Any]:
    whole = found.of(timing)
    share = wilson(found.of(timing, outcome="production"), whole)
    said = _("%(share)s of %(n)s reached production, 95 %% interval %(low)s to %(high)s") % {
        "share": percent(share.part, share.whole), "n": grouped(whole), "low": percent(share.low, 1),
        "high": percent(share.high, 1),
    } if share else ""  # fmt: skip
    return {
        "label": label, "n": whole, "unknown": timing in UNKNOWN, "share": said,
        "outcomes": [found.of(timing, outcome=name) for name in OUTCOMES],
    }  # fmt: skip
