"""Decisions: the list, the same as a file, and one as it was frozen."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.lists import page_number, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.gates.filters.decisions import DecisionFilter
from readiness.gates.forms.bars import GatesBar
from readiness.gates.models import Decision
from readiness.gates.queries import listed, standing
from readiness.gates.queries.amounts import opened_to
from readiness.gates.queries.board import gates_of
from readiness.gates.queries.record import head_of
from readiness.gates.queries.risk import figure_of
from readiness.gates.services.avoided import opened
from readiness.gates.tables import criteria, exports, frame, panel, recommendation
from readiness.gates.tables import decisions as tables
from readiness.gates.tables import waivers as conditions
from readiness.gates.tables.needs import Whose
from readiness.gates.tables.risk import beside
from readiness.gates.tables.words import MODES, OUTCOMES
from readiness.gates.views.access import PageRequest, get_decision

PAGE = 50


def found(request: PageRequest) -> QuerySet[Decision]:
    """What the address asks for, for page and export alike."""
    rows: QuerySet[Decision] = DecisionFilter(request.GET, queryset=Decision.objects.visible_to(request.actor)).qs
    return rows


@require_safe
def decisions(request: PageRequest) -> HttpResponse:
    """The newest first; corrected ones are there, for nothing is ever taken away."""
    rows = found(request)
    number = page_number(request.GET.get("page", ""))
    start = (number - 1) * PAGE
    ordered = rows.select_related("initiative__unit", "review", "by", "superseded_by").defer("content", "sealed")
    some = list(ordered.order_by("-at", "-id")[start : start + PAGE + 1])
    total = rows.count()
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "tabs": frame.tabs("decisions"),
        "headline": tables.list_headline(total),
        "form": _bar(request),
        "rows": [tables.decision_row(row) for row in some[:PAGE]],
        "total": total,
        "first": start + 1,
        "last": start + min(len(some), PAGE),
        "previous_url": with_value(request, "page", str(number - 1)) if number > 1 else "",
        "next_url": with_value(request, "page", str(number + 1)) if len(some) > PAGE else "",
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
        "exports": [
            {"label": fmt.upper(), "url": f"{reverse('gates:decisions_export', args=[fmt])}?{kept.urlencode()}"}
            for fmt in exports.EXPORTS
        ],
    }
    return render(request, "gates/decisions.html", context)


def _bar(request: PageRequest) -> GatesBar:
    options: dict[str, Any] = {
        "gate": gates_of(Decision.objects.visible_to(request.actor), "review__gate_name"),
        "outcome": [(key, word) for key, (word, _icon) in OUTCOMES.items()],
        "superseded": [("false", _("those in effect")), ("true", _("those that were corrected"))],
    }
    return GatesBar(request.GET, units=unit_rows(request.actor), options=options)


@require_safe
def decision(request: PageRequest, pk: int) -> HttpResponse:
    """What was decided, on what, by whom, and its place in the chain; read from the text that was hashed."""
    row = get_decision(request, pk)
    content, in_effect = json.loads(row.content), tables.in_effect(row)
    head = head_of(row.chain)
    whose = Whose(row.initiative_id, 0, "", row.initiative.unit.name)
    named = {one["key"]: one["text"] for one in content["criteria"]}
    rows = listed.condition_rows(listed.conditions(request.actor, clock.today()).filter(decision=row)).order_by("due", "id")
    context = {
        "row": row,
        "crumbs": frame.crumbs((_("Decisions"), reverse("gates:decisions"))),
        "headline": tables.headline(row),
        "line": tables.decision_row(row),
        "mode": MODES[row.mode],
        "reason_code": tables.reason_words(row.reason_code) if row.reason_code else "",
        "template": content["template"],
        "advice": recommendation.recommendation(
            content["recommendation"],
            content["criteria"],
            content["thresholds"],
            content["dependencies"],
            standing.seen_dependencies(request.actor, content["dependencies"]),
        ),
        "open_conditions": tables.open_conditions(content),
        "sections": criteria.sections(content["criteria"], whose, row.at),
        "summary": criteria.summary(content["criteria"]),
        "seats": panel.seats(content),
        "quorum": panel.frozen_quorum(content["tally"], row.mode),
        "tally": panel.tally(content["tally"]),
        "superseded_votes": panel.superseded(content),
        "conditions": conditions.condition_rows(rows, named),
        "waivers": tables.frozen_waivers(content),
        "packs": [{"variant": name, "digest": digest} for name, digest in content["packs"].items()],
        "changes": tables.changes(row.review.changes, named) if in_effect else [],
        "changed": tables.changed_words(row.review.changes) if in_effect else "",
        "head": head,
        "avoided": _avoided(request, row),
        "risk": beside(content.get("risk"), figure_of(row.initiative_id), row.initiative_id),
    }
    return render(request, "gates/decision.html", context)


def _avoided(request: PageRequest, row: Decision) -> Any:
    """What the Kill spares, for those who may open it; None for everybody else."""
    mine = row.sealed and opened_to(request.actor, Decision.objects.filter(pk=row.pk)).exists()
    return opened(row.sealed) if mine else None


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """With the panel, what each said, and the conditions, as they were then."""
    if fmt not in exports.EXPORTS:
        raise Http404
    lines, content_type = exports.EXPORTS[fmt]
    rows = listed.exported_decisions(found(request).order_by("id")).iterator(chunk_size=200)
    response = StreamingHttpResponse(lines(rows), content_type=content_type)
    name = f"decisions{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
