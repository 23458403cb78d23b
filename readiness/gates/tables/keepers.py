"""Gatekeepers, delegations and seats as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.gates.choices import FUNCTION_LABELS
from readiness.gates.rules.templates.template import REQUIRED_FUNCTIONS
from readiness.gates.tables.words import function_words

Row = Mapping[str, Any]


def headline(rows: Sequence[Row]) -> str:
    """`7 people sit at gates; nobody stands for security`"""
    if not rows:
        return _("Nobody sits at gates yet, so nothing can be decided")
    people = len({row["person_id"] for row in rows})
    said = ngettext("%d person sits at gates", "%d people sit at gates", people) % people
    held = {function for row in rows for function in row["functions"]}
    missing = [FUNCTION_LABELS[one] for one in REQUIRED_FUNCTIONS if one not in held]
    return f"{said}; {_('nobody stands for %s') % ', '.join(missing)}" if missing else said


def keeper_rows(
    rows: Iterable[Row], gates: Mapping[str, str], paths: Mapping[int, str], managed: Sequence[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """`managed`: the parts of the organisation whose gates this reader looks after."""
    return [
        {
            "person": row["person_name"],
            "unit": row["unit_name"] or _("The whole organisation"),
            "functions": function_words(row["functions"]),
            "gates": ", ".join(gates.get(key, key) for key in row["gates"]) or _("all gates"),
            "chair": row["chair"],
            "edit_url": reverse("gates:gatekeeper", args=[row["id"]]) if _managed(row, paths, managed) else "",
            "remove_url": reverse("gates:gatekeeper_remove", args=[row["id"]]) if _managed(row, paths, managed) else "",
        }
        for row in rows
    ]


def _managed(row: Row, paths: Mapping[int, str], managed: Sequence[str]) -> bool:
    path = paths.get(row["unit_id"], "/") if row["unit_id"] else "/"
    return any(path.startswith(one) for one in managed)


def keeper_initial(row: Any) -> dict[str, Any]:
    return {"functions": row.functions, "gates": row.gates, "chair": row.chair}


def delegation_rows(rows: Iterable[Any], reader: int | None) -> list[dict[str, Any]]:
    return [
        {
            "giver": str(row.giver),
            "taker": str(row.taker),
            "begins_at": row.begins_at,
            "ends_at": row.ends_at,
            "note": row.note,
            "revoke_url": reverse("gates:delegation_revoke", args=[row.pk]) if row.giver_id == reader else "",
        }
        for row in rows
    ]


def seat_rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": str(row.person),
            "functions": function_words(row.functions),
            "chair": row.chair,
            "unseat_url": reverse("gates:unseat", args=[row.review_id, row.person_id]),
        }
        for row in rows
    ]
