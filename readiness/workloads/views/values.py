"""Answering one value, saved as it is typed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget, trigger_client_event

from portfolio.kit import clock
from readiness.workloads.forms.people import People
from readiness.workloads.forms.values import Typed, ValueForm, base_of, posted, typed_of
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.rules.fields import BY_NAME, Field
from readiness.workloads.services.profiles import StaleVersion, confirm, set_values
from readiness.workloads.tables.profile import RATE, RATE_FROM, Row, asked_rows, in_words, progress
from readiness.workloads.views.access import PageRequest, get_editable_profile
from readiness.workloads.views.rows import row_of

CHANGED = "workload-changed"  # the event that live panels listen for
_ATTEMPTS = 5  # others who save other values of the same workload in the same moment


@require_http_methods(["GET", "POST"])
def value(request: PageRequest, pk: int, name: str) -> HttpResponse:
    """One value: its row as it is kept (GET), confirmed, or saved as it is typed (POST)."""
    seen = get_editable_profile(request, pk)
    one = _asked(seen, name)
    if not request.htmx:
        return redirect(reverse("workloads:detail", args=[pk]) + f"#row-{name}")
    people = People(seen.workload.initiative)
    if request.method == "GET":
        return _whole_row(request, seen, row_of(seen, one, people))
    if "confirm" in request.POST:
        return _confirm(request, seen, one, people)
    return _save(request, pk, one, people)


def _save(request: PageRequest, pk: int, one: Field, people: People) -> HttpResponse:
    """Take what was typed unless somebody else answered the same value since this person saw it."""
    now, base = posted(one, request.POST), base_of(one, request.POST)
    for _attempt in range(_ATTEMPTS):
        seen = get_editable_profile(request, pk)
        kept = typed_of(one, seen.values, people)
        if kept.token not in (base, now.token):
            theirs = in_words(seen.values.get(one.name), one)
            return _told(request, seen, row_of(seen, one, people, now=now, conflict=theirs), status=409)
        if _waits_for_number(now, kept):
            return _told(request, seen, row_of(seen, one, people, now=now, waits=True), status=200)
        try:
            errors = _take(request, seen, one, people, now)
        except StaleVersion:
            continue
        if errors:
            return _told(request, seen, row_of(seen, one, people, now=now, errors=tuple(errors)), status=422)
        return _saved(request, pk, one, people, now)
    raise StaleVersion(seen.workload)


def _waits_for_number(now: Typed, kept: Typed) -> bool:
    """`Known` was chosen and the number comes next: no answer yet, and no mistake either."""
    return now.knowledge == "known" and not now.value.strip() and kept.knowledge != "known"


def _take(request: PageRequest, seen: Profile, one: Field, people: People, now: Typed) -> list[str]:
    """Save; the answer is what stands in the way. Raises StaleVersion."""
    form = ValueForm(one=one, now=now, people=people)
    if not form.is_valid():
        return [str(text) for texts in form.errors.values() for text in texts]
    given = dict(form.inputs(seen.values.get(one.name)))
    try:
        set_values(by=request.actor, workload=seen.workload, values=given, version=seen.workload.version)
    except ValidationError as problem:
        return problem.messages
    return []


def _saved(request: PageRequest, pk: int, one: Field, people: People, now: Typed) -> HttpResponse:
    """What is kept may be more or less than what was typed (an assumption stays, an owner goes): then the fields follow."""
    seen = get_editable_profile(request, pk)
    row = row_of(seen, one, people, saved=_at())
    if row.base == now.token:
        return trigger_client_event(_told(request, seen, row, status=200), CHANGED)
    answer = retarget(reswap(_whole_row(request, seen, row, focus=False), "outerHTML"), f"#row-{row.name}")
    return trigger_client_event(answer, CHANGED)


def _told(request: PageRequest, seen: Profile, row: Row, *, status: int) -> HttpResponse:
    """What changed around the fields, out of band: the fields themselves stay as they are being typed."""
    return render(request, "workloads/value_saved.html", _around(seen, row), status=status)


def _whole_row(request: PageRequest, seen: Profile, row: Row, *, focus: bool = True) -> HttpResponse:
    """`focus`: somebody pressed a button of the row, which is gone with it."""
    return render(request, "workloads/value_again.html", _around(seen, row) | {"focus": focus})


def _around(seen: Profile, row: Row) -> dict[str, Any]:
    """The row and what else on the page follows from it: the sentence on top, the rate that people and hours give."""
    context: dict[str, Any] = {"row": row, "workload": seen.workload, "progress": progress(seen), "may_edit": True}
    if row.name in RATE_FROM and RATE in {one.name for one in seen.fields}:
        context["rate"] = row_of(seen, BY_NAME[RATE], People(seen.workload.initiative))
    return context


def _confirm(request: PageRequest, seen: Profile, one: Field, people: People) -> HttpResponse:
    try:
        confirm(by=request.actor, workload=seen.workload, names=[one.name])
    except ValidationError as problem:  # somebody else has answered it meanwhile
        return _whole_row(request, seen, row_of(seen, one, people, errors=tuple(problem.messages)))
    seen = get_editable_profile(request, seen.workload.pk)
    answer = _whole_row(request, seen, row_of(seen, one, people, saved=_at()))
    return trigger_client_event(answer, CHANGED)


def _at() -> str:
    return date_format(localtime(clock.now()), "H:i", use_l10n=False)


def _asked(seen: Profile, name: str) -> Field:
    one = next((one for one in asked_rows(seen) if one.name == name), None)
    if one is None:
        raise Http404
    return one
