"""The page of one workload: the three questions in order, the answer beside them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from readiness.workloads.forms.people import People
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.rules.templates import TEMPLATES, origin_text
from readiness.workloads.services.profiles import can_edit
from readiness.workloads.tables.frame import frame, route
from readiness.workloads.tables.profile import Row, progress, questions
from readiness.workloads.views.access import PageRequest, get_profile
from readiness.workloads.views.rows import rows_of


@require_safe
def detail(request: PageRequest, pk: int) -> HttpResponse:
    """What is known, what is assumed, what nobody knows; what follows from it loads by address."""
    seen = get_profile(request, pk)
    people = People(seen.workload.initiative)
    return render(request, "workloads/detail.html", detail_context(request, seen, people, rows_of(seen, people)))


def detail_context(request: PageRequest, seen: Profile, people: People, rows: list[Row]) -> dict[str, Any]:
    """Context of workloads/detail.html; `rows` may carry what was typed and why it was not taken."""
    row = seen.workload
    may_edit = row.retired_at is None and can_edit(request.actor, row.initiative)
    template = TEMPLATES.get(row.template)
    return frame_of(seen, "profile") | {
        "workload": row,
        "questions": questions(rows),
        "wrong": [each for each in rows if each.errors],
        "progress": progress(seen),
        "may_edit": may_edit,
        "names": people.labels if may_edit else [],
        "assumed": sum(1 for each in rows if each.assumed),
        "origin_text": origin_text() if any(each.assumed for each in rows) else "",
        "template_name": template.name if template else "",
        "serves": seen.serves,
        "hidden_serves": seen.hidden_serves,
        "next_steps": next_steps(seen),
        "panel_url": route("sizing:panel", row.pk),
        "evidence_url": route("evidence:workload_panel", row.pk),
    }


def frame_of(seen: Profile, here: str) -> dict[str, Any]:
    """The frame with the counts of its tabs."""
    return frame(seen.workload, here, requirements=len(seen.requirements), versions=len(seen.versions), traces=len(seen.traces))


def next_steps(seen: Profile) -> list[dict[str, str]]:
    """Where the third question is answered; pages of slices that are not built yet are left out."""
    row = seen.workload
    steps = [
        ("sizing", route("sizing:workload", row.pk)),
        ("venues", route("workloads:venues", row.initiative_id)),
        ("capacity", route("workloads:capacity_of_workload", row.pk)),
        ("requirements", route("workloads:requirements", row.pk)),
    ]
    return [{"key": key, "url": url} for key, url in steps if url]
