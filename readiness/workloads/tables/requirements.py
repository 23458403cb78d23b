"""Requirements as rows: what must be shown, what it follows from, and that nobody knows the number where that is so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.initiatives.choices import VENUE_LABELS, Venue
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.tables.labels import COMPARATORS, translated, unit_of
from readiness.workloads.tables.numbers import shown

_LENGTHS = ((86_400, "%d day", "%d days"), (3_600, "%d hour", "%d hours"), (60, "%d minute", "%d minutes"))


def requirement_rows(rows: Iterable[Requirement], how: Mapping[str, str], *, may_edit: bool) -> list[dict[str, Any]]:
    """What workloads/requirements.html prints; `how` is the calculation of a derived one in words."""
    return [_row(row, how, may_edit=may_edit) for row in rows]


def _row(row: Requirement, how: Mapping[str, str], *, may_edit: bool) -> dict[str, Any]:
    facts = METRICS[Metric(row.metric)]
    follows = BY_NAME.get(row.derived_from)
    base = reverse("workloads:detail", args=[row.workload_id])
    return {
        "pk": row.pk,
        "label": translated(facts.label),
        "about": translated(facts.about),
        "target": target_words(row.comparator, row.target, row.unit) if row.target is not None else "",
        "comparator": str(COMPARATORS[row.comparator]),
        "percentile": percentile_words(row.percentile),
        "window": length_words(row.window_s),
        "environment": environment_words(row.environment),
        "age": ngettext("%d day", "%d days", row.max_age_days) % row.max_age_days,
        "follows": translated(follows.label) if follows else "",
        "follows_url": f"{base}#row-{row.derived_from}" if follows else "",
        "how": translated(how.get(row.derived_from, "")),
        "note": row.note,
        "url": reverse("workloads:requirement", args=[row.workload_id, row.pk]) if may_edit else "",
    }


def target_words(comparator: str, target: float | None, unit: str) -> str:
    """`at most 1.5 s`, `at least unknown`."""
    number = _("unknown") if target is None else shown(target, unit)
    return f"{COMPARATORS[comparator]} {number} {unit_of(unit)}"


def percentile_words(share: float | None) -> str:
    """`95 % of requests`."""
    return _("for %s%% of requests") % f"{shown(share, 'share')}\u202f" if share else ""


def length_words(seconds: float | None) -> str:
    """`5 minutes`, `30 days`, `45 s`; "" for none."""
    if not seconds:
        return ""
    for length, one, many in _LENGTHS:
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return ngettext(one, many, count) % count
    return f"{shown(seconds)} s"


def environment_words(wanted: Mapping[str, Any]) -> str:
    """`real data, real users, at least 25 at once, H100 x 8, on-premises`; "" for any."""
    venue = wanted.get("venue")
    parts = [
        _("real data") if wanted.get("data") == "real" else "",
        _("real users") if wanted.get("users") == "real" else "",
        _("at least %s at once") % shown(wanted["min_concurrency"]) if wanted.get("min_concurrency") else "",
        str(wanted.get("accelerator", "")),
        _("at least %d accelerators") % wanted["min_accelerators"] if wanted.get("min_accelerators") else "",
        str(VENUE_LABELS[Venue(venue)]) if venue else "",
    ]
    return ", ".join(part for part in parts if part)
