"""Workloads as rows of a list or cards of a tab, and templates as cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.initiatives.queries.lists import UnitRow
from readiness.workloads.rules.fields import BY_NAME, Field, asked
from readiness.workloads.rules.templates import Template
from readiness.workloads.tables.frame import marks, route
from readiness.workloads.tables.labels import CLASSES, TASKS, translated, unit_of
from readiness.workloads.tables.numbers import shown, span
from readiness.workloads.tables.profile import first_questions

_MORE = ("peak_factor", "input_tokens", "output_tokens", "ttft_s", "tpot_s", "latency_s")
_FACTS = 5


def initiative_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of queries.workloads_of with their address, their kind in words, and where the sizing says its sentence."""
    return [
        row
        | {
            "url": reverse("workloads:detail", args=[row["id"]]),
            "marks": marks(row["task"], row["workload_class"], row["experience"]),
            "sentence_url": route("sizing:sentence", row["id"]),
            "sizing_url": route("sizing:workload", row["id"]),
        }
        for row in rows
    ]


def list_rows(rows: Iterable[dict[str, Any]], units: Mapping[int, UnitRow]) -> list[dict[str, Any]]:
    """Counted rows of the list of all workloads."""
    return [
        row
        | {
            "url": reverse("workloads:detail", args=[row["id"]]),
            "initiative_url": reverse("workloads:initiative", args=[row["initiative_id"]]),
            "trail": units[row["unit_id"]].trail if row["unit_id"] in units else row["unit_name"],
            "task_label": TASKS[row["task"]],
            "class_label": CLASSES[row["workload_class"]],
        }
        for row in rows
    ]


def template_card(one: Template) -> dict[str, Any]:
    """What a template is for and the numbers that it assumes first."""
    fields = asked(one.task, one.workload_class)
    names = [each.name for each in first_questions(one.task, one.not_applicable, fields)]
    names += [name for name in _MORE if name in one.values and name not in names]
    return {
        "key": one.key,
        "name": translated(one.name),
        "text": translated(one.text),
        "marks": marks(one.task, one.workload_class, one.experience),
        "facts": [_fact(name, one.values[name]) for name in names[:_FACTS] if name in one.values],
    }


def first_hints(template: Template, first: Iterable[Field]) -> list[tuple[Field, str, str]]:
    """Each first question with the assumed number and what happens if it stays empty."""
    return [
        (one, _("about %s") % shown(likely, one.unit), _("Empty: we do not know; %s is assumed.") % span(low, high, one.unit))
        for one in first
        for low, likely, high in [template.values.get(one.name, one.plausible)]
    ]


def _fact(name: str, numbers: tuple[float, float, float]) -> dict[str, str]:
    low, likely, high = numbers
    one = BY_NAME[name]
    unit = unit_of(one.unit)
    return {"label": translated(one.label), "text": f"{shown(likely, one.unit)} {unit} ({span(low, high, one.unit)})"}
