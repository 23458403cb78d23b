"""Answering many values with one button, where there are no scripts; and the choice when somebody else was first."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from readiness.workloads.forms.people import People
from readiness.workloads.forms.values import Typed, ValueForm, base_of, posted, typed_of
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.values import TARGET_OF
from readiness.workloads.services.profiles import StaleVersion, confirm, set_values
from readiness.workloads.tables.labels import translated, unit_of
from readiness.workloads.tables.profile import asked_rows, in_words
from readiness.workloads.views.access import PageRequest, get_editable_profile
from readiness.workloads.views.detail import detail_context
from readiness.workloads.views.rows import row_of


@require_POST
def values(request: PageRequest, pk: int) -> HttpResponse:
    """Everything that differs from what this person saw, and the assumption whose button was pressed."""
    seen = get_editable_profile(request, pk)
    people = People(seen.workload.initiative)
    typed = {one.name: posted(one, request.POST) for one in asked_rows(seen)}
    touched = {name: now for name, now in typed.items() if _is_touched(request, name, now)}
    differing = [name for name in touched if _theirs_differ(request, seen, name, touched[name], people)]
    if differing:
        return _merge(request, seen, differing, people)
    errors = _take_all(request, seen, touched, people)
    if errors:
        rows = [
            row_of(seen, one, people, now=typed[one.name], errors=tuple(errors.get(one.name, ()))) for one in asked_rows(seen)
        ]
        return render(request, "workloads/detail.html", detail_context(request, seen, people, rows), status=422)
    _say(request, len(touched))
    return redirect("workloads:detail", pk)


def _is_touched(request: PageRequest, name: str, now: Typed) -> bool:
    if request.POST.get(f"take_{name}") == "theirs":
        return False
    base = request.POST.get(f"{name}-base")
    return base is not None and base != now.token and (now.knowledge != "" or now.value.strip() != "")


def _theirs_differ(request: PageRequest, seen: Profile, name: str, now: Typed, people: People) -> bool:
    kept = typed_of(BY_NAME[name], seen.values, people).token
    return kept not in (base_of(BY_NAME[name], request.POST), now.token)


def _take_all(request: PageRequest, seen: Profile, touched: dict[str, Typed], people: People) -> dict[str, list[str]]:
    """Save all or nothing; the answer is what stands in the way, by value."""
    forms = {name: ValueForm(one=BY_NAME[name], now=now, people=people) for name, now in touched.items()}
    wrong = {name: [str(t) for texts in form.errors.values() for t in texts] for name, form in forms.items() if form.errors}
    if wrong:
        return wrong
    given = {key: it for name, form in forms.items() for key, it in form.inputs(seen.values.get(name))}
    try:
        row = set_values(by=request.actor, workload=seen.workload, values=given, version=seen.workload.version)
        if name := request.POST.get("confirm", ""):
            confirm(by=request.actor, workload=row, names=[name])
    except ValidationError as problem:
        named = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        return {TARGET_OF.get(name, name): list(texts) for name, texts in named.items()}
    except StaleVersion:
        return {name: [_("Somebody else saved in the same moment; press Save again.")] for name in touched}
    return {}


def _merge(request: PageRequest, seen: Profile, differing: list[str], people: People) -> HttpResponse:
    """Somebody answered the same values first: for each, mine or theirs; all else of mine is sent again."""
    rows = [
        {
            "name": name,
            "label": translated(BY_NAME[name].label),
            "mine": _typed_words(posted(BY_NAME[name], request.POST), unit_of(BY_NAME[name].unit)),
            "theirs": in_words(seen.values.get(name), BY_NAME[name]),
        }
        for name in differing
    ]
    fresh = {f"{name}-base": typed_of(BY_NAME[name], seen.values, people).token for name in differing}
    kept = [
        (key, fresh.get(key, text)) for key, text in request.POST.items()
        if key != "csrfmiddlewaretoken" and not key.startswith("take_")
    ]  # fmt: skip
    context = {"rows": rows, "kept": kept, "row": seen.workload, "initiative": seen.workload.initiative}
    return render(request, "workloads/merge.html", context, status=409)


def _typed_words(now: Typed, unit: str) -> str:
    ranged = f" ({now.low} – {now.high})" if now.low or now.high else ""  # noqa: RUF001
    said = {"unknown": _("we do not know"), "not_applicable": _("not applicable")}.get(now.knowledge, "")
    number = f"{now.value} {unit}{ranged}" if now.value and now.knowledge != "not_applicable" else ""
    return "; ".join(part for part in (said, number, now.owner, now.due) if part)


def _say(request: PageRequest, count: int) -> None:
    if count:
        messages.success(request, ngettext("%d answer is saved.", "%d answers are saved.", count) % count)
    elif request.POST.get("confirm"):
        messages.success(request, _("Confirmed."))
    else:
        messages.info(request, _("Nothing was changed."))
