"""Templates of gates: the list, one version gate by gate, and what another version changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import grouped, tidy
from readiness.gates.choices import CriterionDimension, CriterionKind, TemplateState
from readiness.gates.rules.templates.changes import Change, Kind
from readiness.gates.rules.templates.template import Criterion, Gate, Template
from readiness.gates.tables.panel import rules as voting_rules
from readiness.gates.tables.reasons import share
from readiness.gates.tables.rules import criterion_words
from readiness.gates.tables.words import DIMENSIONS, KINDS, TEMPLATES, Text, sign

CHANGES: dict[str, Text] = {
    Kind.ADDED: gettext_lazy("new"),
    Kind.CHANGED: gettext_lazy("changed"),
    Kind.REMOVED: gettext_lazy("taken out"),
}
FIELDS: dict[str, Text] = {
    "name": gettext_lazy("name"),
    "from_stage": gettext_lazy("stage before"),
    "to_stage": gettext_lazy("stage after"),
    "last_before_production": gettext_lazy("last before production"),
    "note": gettext_lazy("note"),
    "thresholds": gettext_lazy("thresholds"),
    "voting": gettext_lazy("voting"),
    "text": gettext_lazy("text"),
    "why": gettext_lazy("why"),
    "kind": gettext_lazy("kind"),
    "dimension": gettext_lazy("dimension"),
    "rule": gettext_lazy("rule"),
    "weight": gettext_lazy("weight"),
    "is_key": gettext_lazy("key"),
    "waivable": gettext_lazy("waivable"),
    "evidence": gettext_lazy("evidence rule"),
    "impossible": gettext_lazy("impossibility"),
}


def headline(row: Any, template: Template) -> str:
    """`4 gates with 41 criteria: published, so it never changes`"""
    count = sum(len(gate.criteria) for gate in template.gates)
    gates = ngettext("%d gate", "%d gates", len(template.gates)) % len(template.gates)
    criteria = ngettext("%s criterion", "%s criteria", count) % grouped(count)
    state = {
        TemplateState.DRAFT: _("a draft that no review uses yet"),
        TemplateState.PUBLISHED: _("published, so it never changes"),
        TemplateState.RETIRED: _("retired: reviews that use it stay, new ones do not"),
    }[TemplateState(row.state)]
    return _("%(gates)s with %(criteria)s: %(state)s") % {"gates": gates, "criteria": criteria, "state": state}


def gates(template: Template, stages: dict[str, str]) -> list[dict[str, Any]]:
    """Each gate as people read it. `stages`: names of the lifecycle's stages by key."""
    return [_gate(template, gate, stages) for gate in template.gates]


def _gate(template: Template, gate: Gate, stages: dict[str, str]) -> dict[str, Any]:
    thresholds = template.thresholds_of(gate)
    return {
        "key": gate.key,
        "name": gate.name,
        "note": gate.note,
        "between": f"{stages.get(gate.from_stage, gate.from_stage)} → {stages.get(gate.to_stage, gate.to_stage)}",
        "last": gate.last_before_production,
        "thresholds": _("Pass from %(passing)s, warning from %(warning)s.") % {
            "passing": share(thresholds.passing), "warning": share(thresholds.warning),
        },
        "voting": voting_rules(template.voting_of(gate)),
        "sections": _sections(gate.criteria),
        "count": len(gate.criteria),
    }  # fmt: skip


def _sections(criteria: Iterable[Criterion]) -> list[dict[str, Any]]:
    found: dict[CriterionDimension, list[dict[str, Any]]] = {one: [] for one in CriterionDimension}
    for one in criteria:
        found[one.dimension].append(_criterion(one))
    return [{"label": DIMENSIONS[key], "rows": rows} for key, rows in found.items() if rows]


def _criterion(one: Criterion) -> dict[str, Any]:
    return {
        "key": one.key,
        "text": one.text,
        "why": one.why,
        "kind": KINDS[one.kind],
        "weight": tidy(one.weight) if one.kind is CriterionKind.SHOULD_MEET else "",
        "is_key": one.is_key,
        "waivable": one.waivable,
        **criterion_words(one),
    }


def changes(found: Iterable[Change], old: Template, new: Template) -> list[dict[str, Any]]:
    """A line for each difference between two versions."""
    names = {gate.key: gate.name for template in (old, new) for gate in template.gates}
    texts = {(gate.key, one.key): one.text for template in (old, new) for gate in template.gates for one in gate.criteria}
    return [
        {
            "gate": names.get(one.gate, one.gate),
            "what": texts.get((one.gate, one.criterion), one.criterion) if one.criterion else _("The gate itself"),
            "key": one.criterion,
            "kind": CHANGES[one.kind],
            "fields": ", ".join(str(FIELDS.get(name, name)) for name in one.fields),
            "keeps": one.kind is Kind.CHANGED and bool(one.criterion) and one.keeps,
            "loses": one.kind is Kind.CHANGED and bool(one.criterion) and not one.keeps,
        }
        for one in found
    ]


def state_of(row: Any) -> dict[str, str]:
    return sign(TEMPLATES, row.state)
