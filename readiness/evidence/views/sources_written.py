"""Writing sources down and changing them; when somebody else saved first, both versions side by side."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import units_where
from readiness.connectors.live import Connector
from readiness.evidence.choices import SourceKind
from readiness.evidence.forms.rows import with_more_rows
from readiness.evidence.forms.sources import SourceForm
from readiness.evidence.models import Source
from readiness.evidence.services.sources import StaleVersion, change_source, create_source
from readiness.evidence.tables import sources as tables
from readiness.evidence.views.access import PageRequest, connector_for, get_editable_source, require_somewhere
from readiness.evidence.views.merging import base_of, merge_page, seen, settled


@require_http_methods(["GET", "POST"])
def source_new(request: PageRequest) -> HttpResponse:
    """First what to connect, then where it is and as whom it is asked."""
    require_somewhere(request, Action.EVIDENCE)
    connector = connector_for(request.GET.get("kind", ""))
    if connector is None:
        return render(request, "evidence/source_kinds.html", {"cards": tables.kind_cards()})
    form = _form(request, connector)
    if _sent(request, form):
        try:
            made = create_source(
                by=request.actor, kind=SourceKind(connector.kind), secrets=form.connection.secrets(),
                demo=request.actor.showing_demo, **form.values(),
            )  # fmt: skip
        except ValidationError as problem:
            form.objections(problem)
        else:
            messages.success(request, _("%s is connected. Now say what is asked of it.") % made.name)
            return redirect("evidence:feed_new", made.pk)
    context = {"form": form, "kind": _kind(connector), "cancel_url": reverse("evidence:source_new")}
    return render(request, "evidence/source_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def source_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change it; a newer version leads to the merge page. A new address asks for the secrets anew."""
    row = get_editable_source(request, pk)
    connector = connector_for(row.kind)
    if connector is None:
        raise Http404
    now = seen(blank := _form(request, connector, row, empty=True), blank.initial)
    form = _form(request, connector, row, data=settled(request, now))
    if _sent(request, form):
        try:
            change_source(
                by=request.actor, source=row, changes=form.values(), secrets=form.connection.secrets(),
                version=form.cleaned_data["version"] or 0,
            )  # fmt: skip
        except StaleVersion as stale:
            return _merge(request, form, connector, stale)
        except ValidationError as problem:
            form.objections(problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("evidence:source", pk)
    context = {
        "form": form, "row": row, "kind": _kind(connector), "cancel_url": reverse("evidence:source", args=[pk]),
        "base": json.dumps(base_of(request, now)), "has_secrets": bool(row.secret_names),
    }  # fmt: skip
    return render(request, "evidence/source_form.html", context, status=422 if form.errors else 200)


def _merge(request: PageRequest, form: SourceForm, connector: Connector, stale: StaleVersion) -> HttpResponse:
    current = stale.current
    assert isinstance(current, Source)
    fresh = _form(request, connector, current, empty=True)
    return merge_page(
        request, form, seen(fresh, fresh.initial), version=current.version, name=current.name,
        cancel_url=reverse("evidence:source", args=[current.pk]),
    )  # fmt: skip


def _form(
    request: PageRequest, connector: Connector, row: Source | None = None, *, data: Any = None, empty: bool = False
) -> SourceForm:  # fmt: skip
    """As it was sent (`data` where something of it was settled), or as it stands."""
    units = {} if row else {unit.pk: unit for unit in units_where(request.actor, Action.EVIDENCE).order_by("path")}
    sent = None if empty else data or request.POST or None
    initial = {"unit": str(next(iter(units)))} if len(units) == 1 else {}
    return SourceForm(sent, connector=connector, units=units, row=row, initial=initial)


def _sent(request: PageRequest, form: SourceForm) -> bool:
    """Whether a whole form came; one that asks for more rows gets them and is not judged."""
    if request.method != "POST" or with_more_rows(form, request.POST.get("more", "")):
        return False
    return form.is_valid()


def _kind(connector: Connector) -> dict[str, Any]:
    return next(card for card in tables.kind_cards() if card["kind"] == connector.kind)
