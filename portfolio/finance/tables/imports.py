"""What the pages of an import say: counts, tabs, and each row as it was read."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.finance.choices import ImportKind
from portfolio.finance.models import FinanceImport
from portfolio.finance.rules.sheets import FIELDS
from portfolio.finance.tables.labels import KINDS, STATES
from portfolio.kit.templatetags.ui_text import grouped


def state(run: FinanceImport) -> str:
    return str(STATES[run.state])


def outcomes() -> dict[str, str]:
    return {"create": _("New"), "update": _("Changed"), "unchanged": _("As before"), "rejected": _("Rejected")}


def figures(run: FinanceImport) -> list[dict[str, Any]]:
    here, base = reverse("finance:import", args=[run.pk]), _("of %s rows") % grouped(run.counts.get("rows", 0))
    return [
        {"label": label, "value": grouped(run.counts.get(key, 0)), "base": base, "url": f"{here}?show={key}"}
        for key, label in outcomes().items()
    ]


def tabs(run: FinanceImport, show: str) -> list[dict[str, Any]]:
    here = reverse("finance:import", args=[run.pk])
    every = [{"label": _("All rows"), "url": here, "active": not show}]
    return every + [
        {"label": label, "url": f"{here}?show={key}", "active": show == key, "count": run.counts.get(key) or None}
        for key, label in outcomes().items()
    ]


def row_cells(row: dict[str, Any]) -> dict[str, Any]:
    """The outcome in words, the raw cells, what would change, and the remarks by field."""
    labels = {field.name: field.label for kind in ImportKind for field in FIELDS[kind]}
    return {
        "line": row["line"], "outcome": outcomes()[row["outcome"]], "rejected": row["outcome"] == "rejected",
        "cells": [{"field": labels.get(name, name), "text": text} for name, text in row["raw"].items()],
        "changes": [
            {"field": labels.get(name, name), "before": pair[0] or _("unknown"), "after": pair[1]}
            for name, pair in row["changes"].items()
        ],
        "issues": [
            {"field": issue["column"] or labels.get(issue["field"], issue["field"]), "value": issue["value"],
             "reason": issue["reason"], "reject": issue["reject"]}
            for issue in row["issues"]
        ],
    }  # fmt: skip


def kind(run: FinanceImport) -> str:
    return str(KINDS[run.kind])
