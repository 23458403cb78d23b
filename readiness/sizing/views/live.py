"""The live page: the answer follows what is typed, every state has an address, nothing is saved unless somebody says so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portfolio.kit import clock
from readiness.sizing.queries.live import live_of, stored_of
from readiness.sizing.queries.orders import order_by_of
from readiness.sizing.queries.setting import Setting
from readiness.sizing.rules.live import Live, best
from readiness.sizing.rules.suppose import supposed
from readiness.sizing.tables import fields, live, words
from readiness.sizing.views.access import PageRequest, get_editable_setting, get_setting, may_change
from readiness.workloads.choices import Origin
from readiness.workloads.services.profiles import StaleVersion, ValueInput, set_values
from readiness.workloads.tables.frame import frame

MAX_SHOWN = 200


@require_safe
def workload(request: PageRequest, pk: int) -> HttpResponse:
    """The whole page, or its answer alone where a field changed; what cannot be read is told beside its field."""
    seen = get_setting(request, pk)
    given = _given(request.GET)
    now = live_of(seen, given)
    query = live.canonical(now, best(now.others))
    path = request.path + (f"?{query}" if query else "")
    if not request.htmx and not now.wrong and set(given) - set(QueryDict(query)):
        return redirect(path)
    context = _context(request, seen, now)
    if request.htmx and request.htmx.target == "answer":
        response = render(request, "sizing/answer_refresh.html", context, status=422 if now.wrong else 200)
        response.headers["HX-Replace-Url"] = path
        return response
    return render(request, "sizing/workload.html", context, status=400 if now.wrong else 200)


@require_safe
def panel(request: PageRequest, pk: int) -> HttpResponse:
    """The answer in brief for the page of the workload; on its own it leads to the whole."""
    if not request.htmx:
        return redirect("sizing:workload", pk)
    seen = get_setting(request, pk)
    now = live_of(seen, {})
    answer = now.main.answer
    context = {
        "row": seen.workload,
        "found": now.main,
        "sentence": words.sentence(now.main),
        "verdict": now.main.standing.verdict.value,
        "proposed": now.proposed,
        "figures": live.figures(now.main, now.demand)[:3],
        "binds": words.binds(answer) if answer else "",
        "unknowns": [
            {"label": words.input_label(one.name), "low": one.at_low, "high": one.at_high}
            for one in words.top_unknowns(answer, 3)
        ],
        "may_edit": may_change(request, seen),
    }
    return render(request, "sizing/panel.html", context)


@require_safe
def sentence(request: PageRequest, pk: int) -> HttpResponse:
    """One line for lists and tabs; on its own it leads to the whole."""
    if not request.htmx:
        return redirect("sizing:workload", pk)
    now = live_of(get_setting(request, pk), {})
    return render(
        request, "sizing/sentence.html", {"sentence": words.sentence(now.main), "verdict": now.main.standing.verdict.value}
    )


@require_POST
def save(request: PageRequest, pk: int) -> HttpResponse:
    """Write what the address supposes into the profile; the candidate's own fields are no part of it."""
    seen = get_editable_setting(request, pk)
    given = _given(request.POST)
    found = supposed(seen.task, seen.workload_class, given, seen.values)
    back = f"{reverse('sizing:workload', args=[pk])}?{request.POST.urlencode()}" if found.wrong else _without(pk, given, found)
    if found.wrong:
        messages.error(request, _("Nothing was saved: some values cannot be taken."))
        return redirect(back)
    values = {
        name: ValueInput(value.knowledge, value.value, value.low, value.high, origin=Origin.STATED)
        for name, value in found.values.items()
    }
    try:
        set_values(by=request.actor, workload=seen.workload, values=values, version=_version(request))
    except StaleVersion:
        messages.error(request, _("Somebody else changed the profile meanwhile. Look at it and save again."))
        return redirect(f"{reverse('sizing:workload', args=[pk])}?{_query(given)}")
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect(f"{reverse('sizing:workload', args=[pk])}?{_query(given)}")
    messages.success(
        request, ngettext("%d value is saved to the profile.", "%d values are saved to the profile.", len(values)) % len(values)
    )
    return redirect(back)


def _context(request: PageRequest, seen: Setting, now: Live) -> dict[str, Any]:
    stored = stored_of(seen)
    first, more = fields.entries(stored, now)
    main, answer = now.main, now.main.answer
    context = frame(seen.workload, "sizing") | {
        "workload": seen.workload,
        "now": now,
        "main": main,
        "draft": main.draft,
        "key": now.key,
        "sentence": words.sentence(main) if not now.wrong else _("Correct the marked fields to see the answer."),
        "verdict": main.standing.verdict.value,
        "first": first,
        "more": more,
        "candidate": fields.candidate_entries(stored, now),
        "proposed": now.proposed,
        "changed": now.changed,
        "may_edit": may_change(request, seen),
        "save_fields": {name: text for name, text in now.supposed.texts.items() if name not in now.supposed.wrong},
        "supposed_list": [entry for entry in (*first, *more) if entry.state == "supposed"],
        "keep_query": live.keep_query(main.draft),
        "figures": live.figures(main, now.demand),
        "comparison": live.comparison(now, now.demand),
        "per_unit": _("Per request") if now.demand.task == "classic" else _("Per million tokens"),
        "price_origin": live.price_origin(main.price),
        "order": order_by_of(seen.workload, main, clock.today()),
        "missing": words.missing_words(main.missing),
    }
    if answer is None:
        return context
    return context | {
        "answer": answer,
        "grade_sentence": words.grade(main),
        "binds": words.binds(answer),
        "notes": list(words.notes(answer)),
        "chart": live.influence_chart(main),
        "out_of_reach": live.out_of_reach(answer),
        "levers": live.levers(main, now),
        "facts": live.facts(answer),
        "needs": live.needs(answer),
        "steps": live.steps(answer),
        "points": live.points(main),
    }


def _given(query: QueryDict) -> dict[str, str]:
    """The filled fields of an address, each once and not longer than a field."""
    return {
        name: query.get(name, "").replace("\x00", "")[:MAX_SHOWN]
        for name in query
        if query.get(name, "").strip() and name not in ("csrfmiddlewaretoken", "version")
    }


def _without(pk: int, given: dict[str, str], found: Any) -> str:
    """The page with what is left to suppose once the profile says the rest itself."""
    left = {name: text for name, text in given.items() if name not in found.texts}
    return f"{reverse('sizing:workload', args=[pk])}?{_query(left)}" if left else reverse("sizing:workload", args=[pk])


def _query(given: dict[str, str]) -> str:
    made = QueryDict(mutable=True)
    made.update(given)
    return made.urlencode()


def _version(request: PageRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
