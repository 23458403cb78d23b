"""The sentence of the Today page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.dashboards.queries.today import Today
from readiness.workloads.services.shortage import amount


def asks(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is asked of the reader's pools, with the amount in words."""
    return [{**row, "amount": amount(row["quantity"], row["pool_kind"])} for row in rows]


def headline(today: Today) -> str:
    """What waits, the most pressing first; or that nothing does."""
    parts = []
    if n := today.overdue.total:
        parts.append(ngettext("%(n)d milestone is overdue", "%(n)d milestones are overdue", n) % {"n": n})
    if n := sum(1 for one in today.finding if one.overdue):
        parts.append(
            ngettext("%(n)d answer that you promised is overdue", "%(n)d answers that you promised are overdue", n) % {"n": n}
        )
    if n := today.asks.total:
        parts.append(ngettext("%(n)d ask for capacity waits for you", "%(n)d asks for capacity wait for you", n) % {"n": n})
    if n := today.requests.total:
        parts.append(ngettext("%(n)d request waits for triage", "%(n)d requests wait for triage", n) % {"n": n})
    if n := sum(1 for row in today.imports.rows if row["state"] == "failed"):
        parts.append(ngettext("%(n)d import failed", "%(n)d imports failed", n) % {"n": n})
    if n := sum(1 for row in today.own.rows if row["unknowns"]):
        parts.append(ngettext("%(n)d of your initiatives has unknowns", "%(n)d of your initiatives have unknowns", n) % {"n": n})
    if not parts:
        return _("Nothing waits for you today.")
    sentence = _(" and ").join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    return f"{sentence}."
