"""Open silo findings by kind as a chart of counts and a table of amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.tables.labels import amount
from portfolio.kit.templatetags.ui_text import grouped
from readiness.dashboards.rules.silos import KindOfSilo
from readiness.silos.choices import KIND_LABELS, FindingKind


def silos_chart(found: Sequence[KindOfSilo], unit: int | None) -> dict[str, Any] | None:
    """Bars of counts, each with its amount; None where nothing is open."""
    if not found:
        return None
    ranked = sorted(found, key=lambda one: -one.findings)
    return {
        "kind": "bar", "title": _("Open silo findings by kind"), "category_label": _("Kind"), "unit": "",
        "categories": [label(one) for one in ranked],
        "series": [
            {"name": _("Findings"), "color": "accent", "data": [
                {"value": one.findings, "url": rows_url(one.kind, unit),
                 "base": amount(one.amount, one.currency) if one.amount is not None else ""} for one in ranked]}
        ],
        "summary": _summary(ranked),
        "source": _("detection over purchases, bills and capacity; amounts of the rows that prove them, each once in its kind"),
    }  # fmt: skip


def rows(found: Sequence[KindOfSilo], unit: int | None) -> list[dict[str, Any]]:
    """Kinds with their words and the findings behind them."""
    return [{"one": one, "label": label(one), "url": rows_url(one.kind, unit)} for one in found]


def label(one: KindOfSilo) -> str:
    return _(KIND_LABELS[FindingKind(one.kind)])


def rows_url(kind: str, unit: int | None) -> str:
    narrowed = {"kind": kind, "state": "open"} | ({"unit": str(unit)} if unit else {})
    return f"{reverse('silos:findings')}?{urlencode(narrowed)}"


def _summary(found: Sequence[KindOfSilo]) -> str:
    n = sum(one.findings for one in found)
    said = ngettext("%(n)s open finding", "%(n)s open findings", n) % {"n": grouped(n)}
    largest = max((one for one in found if one.amount is not None), key=lambda one: one.amount or 0, default=None)
    if largest is None:
        return f"{said}."
    return _("%(said)s; most money is in “%(kind)s”: %(amount)s.") % {
        "said": said, "kind": label(largest), "amount": amount(largest.amount, largest.currency),
    }  # fmt: skip
