"""Sources: the list with how each fares, one with its feeds and pulls, and trying it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.evidence.choices import BROUGHT
from readiness.evidence.filters.sources import SourceFilter
from readiness.evidence.forms.sources import SourceBar
from readiness.evidence.models import Source
from readiness.evidence.queries import sources as reading
from readiness.evidence.queries.trials import last_trial
from readiness.evidence.services import sources as verbs
from readiness.evidence.tables import deliveries as delivery_tables
from readiness.evidence.tables import feeds as feed_tables
from readiness.evidence.tables import sources as tables
from readiness.evidence.tables.frame import tabs
from readiness.evidence.tables.labels import SOURCE_KINDS
from readiness.evidence.tables.signs import HEALTH
from readiness.evidence.views.access import PageRequest, connector_for, get_editable_source

PULLS_SHOWN = 5
WORST_FIRST = "health"


def found(request: PageRequest) -> QuerySet[Source]:
    """What the address asks for, for page and export alike."""
    rows: QuerySet[Source] = SourceFilter(request.GET, queryset=reading.visible(request.actor, clock.now())).qs
    return rows


@require_safe
def sources(request: PageRequest) -> HttpResponse:
    """Every visible source, the worst first; the sentence speaks of those that the filters leave."""
    rows, now = found(request), clock.now()
    page = page_of(
        reading.ordered(reading.listed(rows), request.GET.get("sort", WORST_FIRST)), page_number(request.GET.get("page", ""))
    )  # fmt: skip
    told = reading.counted(rows)
    kept = request.GET.copy()
    kept.pop("page", None)
    words = {"kind": SOURCE_KINDS, "health": {key: sign.word for key, sign in HEALTH.items()}}
    context = {
        "tabs": tabs("sources"), "rows": tables.list_rows(page.rows, now), "headline": tables.headline(told),
        "form": SourceBar(request.GET, units=unit_rows(request.actor), words=words), "total": told.total,
        "first": page.first, "last": page.last, "may_write": request.actor.may_somewhere(Action.EVIDENCE),
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
        "filtered": any(value for name, value in request.GET.items() if name not in ("page", "sort")),
        "export_url": f"{reverse('evidence:sources_export', args=['csv'])}?{kept.urlencode()}",
    }  # fmt: skip
    return render(request, "evidence/sources.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """What the list shows under the same address: its filters and its order."""
    if fmt not in tables.EXPORTS:
        raise Http404
    lines, content_type = tables.EXPORTS[fmt]
    rows = reading.ordered(reading.listed(found(request)), request.GET.get("sort", WORST_FIRST)).iterator(chunk_size=1000)
    response = StreamingHttpResponse(lines(rows), content_type=content_type)
    name = f"sources{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def source(request: PageRequest, pk: int) -> HttpResponse:
    """Its connection without secrets, how it fares and what to do, what is asked, and its last deliveries."""
    now = clock.now()
    row = _one(request, pk)
    connector = connector_for(row["kind"])
    pulls = _pulls(pk)
    may_manage = row["may_manage"] and row["retired_at"] is None and row["kind"] not in BROUGHT
    context = {
        "row": tables.list_rows([row], now)[0], "health": tables.health_facts(row, now), "schedule": tables.schedule(row),
        "config": tables.config_rows(row, connector), "pulls": pulls, "may_manage": may_manage,
        "feeds": feed_tables.feed_rows(reading.feeds_of(request.actor, pk), connector, now), "asked": row["kind"] not in BROUGHT,
        "running": next((one for one in pulls if one["is_open"]), None),
        "crumbs": [{"label": _("Sources"), "url": reverse("evidence:sources")}, {"label": row["unit_name"]}],
        "all_url": f"{reverse('evidence:deliveries')}?source={pk}", "trial": _last_trial(request, pk) if may_manage else None,
    }  # fmt: skip
    return render(request, "evidence/source.html", context)


@require_safe
def source_pulls(request: PageRequest, pk: int) -> HttpResponse:
    """The last deliveries again, while one runs; when it is over, the whole page."""
    row = _one(request, pk)
    if not request.htmx:
        return redirect("evidence:source", pk)
    pulls = _pulls(pk)
    if not any(one["is_open"] for one in pulls):
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"row": row, "pulls": pulls, "running": True, "all_url": f"{reverse('evidence:deliveries')}?source={pk}"}
    return render(request, "evidence/source_pulls.html", context)


@require_POST
def source_test(request: PageRequest, pk: int) -> HttpResponse:
    """Let a worker see whether it answers; the answer comes by polling."""
    row = get_editable_source(request, pk)
    try:
        made = verbs.test_source(by=request.actor, source=row)
    except verbs.TooManyTrials as wait:
        text = _("You tried often just now: wait %d s.") % wait.seconds
        return _not_tried(request, pk, text)
    except ValidationError as problem:
        return _not_tried(request, pk, " ".join(problem.messages))
    if request.htmx:
        return render(request, "evidence/source_trial.html", {"trial": tables.trial(made)})
    return redirect("evidence:trial", made.pk)


@require_safe
def trial(request: PageRequest, pk: int) -> HttpResponse:
    """What a try found, or that it is not over: a fragment, and without scripts a page."""
    made = reading.trial(request.actor, pk)
    if made is None:
        raise Http404
    context = {"trial": tables.trial(made), "source": made.source}
    return render(request, "evidence/source_trial.html" if request.htmx else "evidence/source_trial_page.html", context)


@require_POST
def source_pull(request: PageRequest, pk: int) -> HttpResponse:
    """Ask it now."""
    return _act(request, pk, lambda row: verbs.pull_now(by=request.actor, source=row, now=clock.now()), _("It is asked now."))


@require_POST
def source_pause(request: PageRequest, pk: int) -> HttpResponse:
    """Ask it no more until somebody resumes."""
    done = _("It is paused. What it brought stays, and ages.")
    return _act(request, pk, lambda row: verbs.pause_source(by=request.actor, source=row), done)


@require_POST
def source_resume(request: PageRequest, pk: int) -> HttpResponse:
    """Ask it again, from now on."""
    return _act(request, pk, lambda row: verbs.resume_source(by=request.actor, source=row), _("It is asked again."))


@require_http_methods(["GET", "POST"])
def source_retire(request: PageRequest, pk: int) -> HttpResponse:
    """Take it out of the lists for good, asked once."""
    row = get_editable_source(request, pk)
    if request.method == "POST":
        verbs.retire_source(by=request.actor, source=row)
        messages.success(request, _("%s is retired. Its evidence and its history stay; its secrets are forgotten.") % row.name)
        return redirect("evidence:sources")
    text = _("It is asked no more, for good, and its secrets are forgotten. What it brought stays evidence until it is stale.")
    context = {
        "title": _("Retire %s?") % row.name, "text": text, "submit": _("Retire it"), "danger": True,
        "action": reverse("evidence:source_retire", args=[pk]), "cancel_url": reverse("evidence:source", args=[pk]),
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)


def _one(request: PageRequest, pk: int) -> dict[str, Any]:
    row = reading.one(request.actor, pk, clock.now())
    if row is None:
        raise Http404
    return row


def _pulls(pk: int) -> list[dict[str, Any]]:
    return delivery_tables.pull_rows(reading.last_pulls(pk, PULLS_SHOWN), clock.now())


def _last_trial(request: PageRequest, pk: int) -> dict[str, Any] | None:
    made = last_trial(request.actor, pk)
    return tables.trial(made) if made else None


def _not_tried(request: PageRequest, pk: int, text: str) -> HttpResponse:
    if request.htmx:
        return render(request, "evidence/source_trial.html", {"trial": {"error": text, "over": True}})
    messages.error(request, text)
    return redirect("evidence:source", pk)


def _act(request: PageRequest, pk: int, act: Any, done: str) -> HttpResponse:
    """A verb without a form; what stands in its way is said on the source's page."""
    row = get_editable_source(request, pk)
    try:
        act(row)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, done)
    return redirect("evidence:source", pk)
