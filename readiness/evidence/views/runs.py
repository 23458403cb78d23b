"""One run with everything that is known of it; what it was read from; taking it out and putting it back."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from readiness.evidence.models import Payload
from readiness.evidence.queries.judged import citing
from readiness.evidence.queries.runs import MOST_READINGS, may_open_raw, one_run, readings_of, runs_of_payload, said_of
from readiness.evidence.services.set_aside import may_set_aside
from readiness.evidence.tables import runs as table
from readiness.evidence.tables import series as series_table
from readiness.evidence.tables.observations import origin, subject
from readiness.evidence.tables.verdicts import cited
from readiness.evidence.views.access import PageRequest


def get_run(request: PageRequest, pk: int) -> Any:
    """A visible run; 404 for anything else."""
    row = one_run(request.actor, pk)
    if row is None:
        raise Http404
    if not row.pool_seen:
        row.pool_name = None
    return row


@require_safe
def run(request: PageRequest, pk: int) -> HttpResponse:
    """Load, environment, every reading beside what the tool wrote, what is wrong with it, what it decided."""
    row = get_run(request, pk)
    found, said = readings_of(request.actor, row), said_of(row)
    aside = said[0] if said and said[0]["aside"] else None
    about = _about(row)
    context = {
        "crumbs": [
            {"label": _("Evidence"), "url": reverse("evidence:home")},
            {"label": _("Observations"), "url": reverse("evidence:observations")},
        ],
        "row": row,
        "headline": table.headline(row, sound=not row.flawed and aside is None),
        "flaws": series_table.flaw_rows(row.flaws),
        "aside": aside,
        "said": said,
        "load": table.load_rows(row.load),
        "environment": series_table.environment_rows(row.environment),
        "extra": series_table.extra_rows(row.environment),
        "time_words": series_table.time_words(row.environment),
        "facts": table.facts(row),
        "readings": table.reading_rows(found[:MOST_READINGS], row.raw),
        "cut": table.cut(found, MOST_READINGS),
        "about": subject(about),
        "origin": origin(about),
        "raw": row.payload if row.payload and may_open_raw(request.actor, row) else None,
        "may_download": _may_download(request, row),
        "may_set_aside": may_set_aside(request.actor, row),
        "verdicts": cited(citing(request.actor, pk, row.workload_pk)),
    }
    return render(request, "evidence/run.html", context)


def _about(row: Any) -> dict[str, Any]:
    names = (
        "workload_pk",
        "workload_name",
        "initiative_key",
        "initiative_name",
        "pool_id",
        "pool_name",
        "source_pk",
        "source_name",
    )
    seen = {name: getattr(row, name) for name in (*names, "source_kind")}
    return seen if row.pool_seen else seen | {"pool_id": None}


def _may_download(request: PageRequest, row: Any) -> bool:
    """The whole file: those who bring evidence for the unit of the source, and whoever brought this one."""
    payload = row.payload
    if payload is None or not payload.stored_as or not may_open_raw(request.actor, row):
        return False
    return request.actor.may(Action.BRING, row.source.unit.path) or row.delivery.asked_by_id == request.actor.user_id


@require_safe
def payload(request: PageRequest, pk: int) -> FileResponse:
    """The stored file as it came, to keep and not to run."""
    rows = Payload.objects.visible_to(request.actor).filter(pk=pk).exclude(stored_as="")
    row: Payload | None = rows.select_related("delivery", "source__unit").first()
    if row is None or not default_storage.exists(row.stored_as):
        raise Http404
    allowed = request.actor.may(Action.BRING, row.source.unit.path) or row.delivery.asked_by_id == request.actor.user_id
    if not allowed or not all(may_open_raw(request.actor, one) for one in runs_of_payload(row)):
        raise Http404
    name = row.name.rsplit("/", 1)[-1] or "payload"
    return FileResponse(
        default_storage.open(row.stored_as), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
