"""Feeds: what is asked of a source; each question can be tried before it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.accounts.choices import Action
from readiness.evidence.forms.connector_fields import ASK
from readiness.evidence.forms.feeds import FeedForm
from readiness.evidence.forms.rows import RowsField, with_more_rows
from readiness.evidence.forms.shapes import units_by_metric
from readiness.evidence.forms.subject import Subjects
from readiness.evidence.models import Feed, Source
from readiness.evidence.queries.templates import choices, queries_of
from readiness.evidence.services import sources as verbs
from readiness.evidence.tables import sources as tables
from readiness.evidence.views.access import PageRequest, connector_for, get_editable_feed, get_editable_source
from readiness.evidence.views.merging import base_of, merge_page, seen, settled
from readiness.workloads.queries.catalogue import accelerators

QUERIES = "queries"


@require_http_methods(["GET", "POST"])
def feed_new(request: PageRequest, pk: int) -> HttpResponse:
    """Something more to ask of a source; `?template=` starts from one."""
    source = get_editable_source(request, pk)
    template = request.GET.get("template", "")
    queries, name = queries_of(request.actor, template) if template else ([], "")
    form = _form(request, source, ask={QUERIES: queries} if queries else None, initial={"name": name})
    if _sent(request, form):
        try:
            made = verbs.create_feed(by=request.actor, source=source, **form.values())
        except ValidationError as problem:
            form.objections(problem)
        else:
            messages.success(request, _("%s is asked from now on.") % made.name)
            return redirect("evidence:source", pk)
    return _page(request, source, form, {"template": template})


@require_http_methods(["GET", "POST"])
def feed(request: PageRequest, pk: int) -> HttpResponse:
    """Change a feed; a newer version leads to the merge page."""
    row = get_editable_feed(request, pk)
    blank = _form(request, row.source, row=row, empty=True)
    now = seen(blank, blank.initial)
    form = _form(request, row.source, row=row, data=settled(request, now))
    if _sent(request, form):
        try:
            verbs.change_feed(
                by=request.actor, feed=row, changes=form.values(), version=form.cleaned_data["version"] or 0
            )  # fmt: skip
        except verbs.StaleVersion as stale:
            return _merge(request, form, stale)
        except ValidationError as problem:
            form.objections(problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("evidence:source", row.source_id)
    return _page(request, row.source, form, {"row": row, "base": json.dumps(base_of(request, now))})


@require_POST
def feed_try(request: PageRequest, pk: int) -> HttpResponse:
    """Let a worker see what one query would bring, or the whole feed; nothing of it is kept."""
    source = get_editable_source(request, pk)
    form, number = _form(request, source), request.POST.get("try", "")
    try:
        made = verbs.test_ask(by=request.actor, source=source, ask=_asked(request, form, number))
    except verbs.TooManyTrials as wait:
        return _not_tried(request, _("You tried often just now: wait %d s.") % wait.seconds)
    except ValidationError as problem:
        return _not_tried(request, " ".join(problem.messages))
    if request.htmx:
        return render(request, "evidence/source_trial.html", {"trial": tables.trial(made)})
    return redirect("evidence:trial", made.pk)


@require_POST
def feed_discover(request: PageRequest, pk: int) -> HttpResponse:
    """Let a worker look up what there is to choose from for one field."""
    source = get_editable_source(request, pk)
    try:
        made = verbs.discover(by=request.actor, source=source, field=request.POST.get("discover", ""))
    except verbs.TooManyTrials as wait:
        return _not_tried(request, _("You tried often just now: wait %d s.") % wait.seconds)
    except ValidationError as problem:
        return _not_tried(request, " ".join(problem.messages))
    if request.htmx:
        return render(request, "evidence/source_trial.html", {"trial": tables.trial(made)})
    return redirect("evidence:trial", made.pk)


@require_POST
def feed_pause(request: PageRequest, pk: int) -> HttpResponse:
    """Leave it out of the pulls until somebody resumes it."""
    row = get_editable_feed(request, pk)
    verbs.pause_feed(by=request.actor, feed=row)
    messages.success(request, _("%s is paused.") % row.name)
    return redirect("evidence:source", row.source_id)


@require_POST
def feed_resume(request: PageRequest, pk: int) -> HttpResponse:
    """Ask it again; what was missed is read."""
    row = get_editable_feed(request, pk)
    verbs.resume_feed(by=request.actor, feed=row)
    messages.success(request, _("%s is asked again.") % row.name)
    return redirect("evidence:source", row.source_id)


@require_http_methods(["GET", "POST"])
def feed_retire(request: PageRequest, pk: int) -> HttpResponse:
    """Ask it no more, asked once."""
    row = get_editable_feed(request, pk)
    back = reverse("evidence:source", args=[row.source_id])
    if request.method == "POST":
        verbs.retire_feed(by=request.actor, feed=row)
        messages.success(request, _("%s is retired. What it brought stays.") % row.name)
        return redirect(back)
    context = {
        "title": _("Retire %s?") % row.name, "submit": _("Retire it"), "danger": True, "cancel_url": back,
        "text": _("It is asked no more, for good. What it brought stays evidence until it is stale."),
        "action": reverse("evidence:feed_retire", args=[pk]),
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)


def _asked(request: PageRequest, form: FeedForm, number: str) -> dict[str, Any]:
    """What is asked as it stands in the form; of the queries the one with this number alone. Raises ValidationError."""
    name = form.asked.html_name(QUERIES)
    field = form.fields.get(name)
    if not number.isdecimal() or not isinstance(field, RowsField):
        wrong = [f"{form[bound].label}: {form.errors[bound][0]}" for bound in form.errors if bound.startswith(f"{ASK}-")]
        if wrong:
            raise ValidationError(wrong)
        return form.ask
    form.full_clean()
    pattern = re.compile(rf"{re.escape(name)}-{number}-(\w+)")
    row = {found[1]: request.POST[key].strip() for key in request.POST if (found := pattern.fullmatch(key))}
    try:
        entry = field.shape.read(row)
    except ValueError as wrong:
        raise ValidationError(str(wrong).capitalize()) from wrong
    return {key: value for key, value in form.ask.items() if key != QUERIES} | {QUERIES: [entry]}


def _not_tried(request: PageRequest, text: str) -> HttpResponse:
    template = "evidence/source_trial.html" if request.htmx else "evidence/source_trial_page.html"
    return render(request, template, {"trial": {"error": text, "over": True}}, status=200 if request.htmx else 422)


def _merge(request: PageRequest, form: FeedForm, stale: verbs.StaleVersion) -> HttpResponse:
    current = stale.current
    assert isinstance(current, Feed)
    fresh = _form(request, current.source, row=current, empty=True)
    return merge_page(
        request, form, seen(fresh, fresh.initial), version=current.version, name=current.name,
        cancel_url=reverse("evidence:source", args=[current.source_id]),
    )  # fmt: skip


def _form(
    request: PageRequest, source: Source, *, row: Feed | None = None, ask: Mapping[str, Any] | None = None,
    initial: Mapping[str, Any] | None = None, data: Any = None, empty: bool = False,
) -> FeedForm:  # fmt: skip
    """As it was sent (`data` where something of it was settled), or as it stands."""
    connector = connector_for(source.kind)
    if connector is None:
        raise Http404
    sent = None if empty else data or request.POST or None
    form = FeedForm(
        sent, connector=connector, subjects=Subjects(request.actor, Action.EVIDENCE), row=row, ask=ask, initial=initial or {},
        accelerators=accelerators().values_list("name", flat=True),
    )  # fmt: skip
    if connector.test_ask is not None:
        form.let_try(reverse("evidence:feed_try", args=[source.pk]))
    return form


def _sent(request: PageRequest, form: FeedForm) -> bool:
    """Whether a whole form came; one that asks for more rows gets them and is not judged."""
    if request.method != "POST" or with_more_rows(form, request.POST.get("more", "")):
        return False
    return form.is_valid()


def _page(request: PageRequest, source: Source, form: FeedForm, more: dict[str, Any]) -> HttpResponse:
    connector = form.connector
    has_queries = source.kind == "prometheus"
    context = {
        "source": source, "form": form, "units": units_by_metric(), "kind_label": tables.kind_label(source.kind),
        "templates": choices(request.actor) if has_queries and "row" not in more else [], "tries": connector.test_ask is not None,
        "try_url": reverse("evidence:feed_try", args=[source.pk]), "discoverable": list(connector.discover),
        "discover_url": reverse("evidence:feed_discover", args=[source.pk]), "row": None, "base": "", "template": "",
        "cancel_url": reverse("evidence:source", args=[source.pk]), **more,
    }  # fmt: skip
    return render(request, "evidence/feed_form.html", context, status=422 if form.errors else 200)
