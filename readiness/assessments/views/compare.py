"""Two to four initiatives side by side by dimension."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from readiness.assessments.choices import Phase
from readiness.assessments.queries import sheets
from readiness.assessments.tables.compare import compare_context
from readiness.assessments.tables.words import PHASES
from readiness.assessments.views.access import PageRequest

MOST = 4
_KEY = re.compile(r"^AI-\d{1,18}$")


@require_safe
def compare(request: PageRequest) -> HttpResponse:
    """`?key=AI-0001&key=AI-0002`, each by its newest assessment; for its own next stage, or `phase` for all of them."""
    typed = [text.strip().upper() for text in request.GET.getlist("key") if text.strip()]
    keys = list(dict.fromkeys(text for text in typed if _KEY.match(text)))[:MOST]
    runs = sheets.compared(request.actor, keys) if keys else []
    banks = {run.bank_id for run in runs}
    wanted = request.GET.get("phase", "")
    context: dict[str, Any] = compare_context(
        runs,
        asked=sheets.asked_by_bank(banks),
        replies=sheets.replies_of([run.pk for run in runs]),
        steps=sheets.stages_of({run.initiative.lifecycle_id for run in runs}),
        texts={key: text for bank in sorted(banks) for key, text in sheets.question_texts(bank).items()},
        wanted=wanted,
    )
    found = {run.initiative.key for run in runs}
    context |= {
        "fields": (keys + [""] * MOST)[:MOST],
        "missing": [text for text in dict.fromkeys(typed) if text not in found],
        "offered": sheets.assessed_initiatives(request.actor),
        "phases": [("", _("its own next stage")), *((one.value, PHASES[one]) for one in Phase), ("all", _("every stage"))],
        "wanted": wanted,
    }
    return render(request, "assessments/compare.html", context)
