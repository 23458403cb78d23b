"""The sentence of the Today page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from readiness.dashboards.queries.today import Today
from readiness.evidence.tables.signs import HEALTH
from readiness.evidence.tables.sources import kind_label
from readiness.evidence.tables.verdicts import metric_label
from readiness.workloads.services.shortage import amount


def asks(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is asked of the reader's pools, with the amount in words."""
    return [{**row, "amount": amount(row["quantity"], row["pool_kind"])} for row in rows]


def evidence(today: Today) -> dict[str, list[dict[str, Any]]]:
    """Stale evidence, verdicts that turned and sources to mend, each with the page where it is dealt with."""
    return {
        "stale": [_required(row) for row in today.stale.rows],
        "turned": [_required(row) for row in today.turned.rows],
        "troubled": [
            {**row, "sign": HEALTH[row["health_now"]], "kind_label": kind_label(row["kind"]), "url": _source_url(row["id"])}
            for row in today.troubled.rows
        ],
    }


def _required(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "label": metric_label(row["metric"]), "url": reverse("evidence:requirement", args=[row["requirement_id"]])}


def _source_url(pk: int) -> str:
    return reverse("evidence:source", args=[pk])


def headline(today: Today, at_gates: int = 0) -> str:
    """What waits, the most pressing first; or that nothing does. `at_gates`: duties at gates and meetings."""
    own = (at_gates, ngettext_lazy("%(n)d thing at a gate awaits you", "%(n)d things at gates await you", "n"))
    parts = [str(words % {"n": n}) for n, words in (own, *_waiting(today)) if n]
    if not parts:
        return _("Nothing waits for you today.")
    sentence = _(" and ").join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    return f"{sentence}."


def _waiting(today: Today) -> list[tuple[int, Any]]:
    """How many of each kind, with its words."""
    promised = sum(1 for one in today.finding if one.overdue)
    failed = sum(1 for row in today.imports.rows if row["state"] == "failed")
    unknown = sum(1 for row in today.own.rows if row["unknowns"])
    return [
        (today.overdue.total, ngettext_lazy("%(n)d milestone is overdue", "%(n)d milestones are overdue", "n")),
        (
            promised,
            ngettext_lazy("%(n)d answer that you promised is overdue", "%(n)d answers that you promised are overdue", "n"),
        ),
        (today.asks.total, ngettext_lazy("%(n)d ask for capacity waits for you", "%(n)d asks for capacity wait for you", "n")),
        (today.troubled.total, ngettext_lazy("%(n)d source of evidence needs you", "%(n)d sources of evidence need you", "n")),
        (today.stale.total, ngettext_lazy("%(n)d requirement went stale", "%(n)d requirements went stale", "n")),
        (today.turned.total, ngettext_lazy("%(n)d verdict turned", "%(n)d verdicts turned", "n")),
        (today.requests.total, ngettext_lazy("%(n)d request waits for triage", "%(n)d requests wait for triage", "n")),
        (failed, ngettext_lazy("%(n)d import failed", "%(n)d imports failed", "n")),
        (unknown, ngettext_lazy("%(n)d of your initiatives has unknowns", "%(n)d of your initiatives have unknowns", "n")),
    ]
