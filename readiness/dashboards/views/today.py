"""The front door, Today, and everything that awaits one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.dashboards.choices import DutyKind
from readiness.dashboards.queries.awaiting import AT_GATES
from readiness.dashboards.queries.awaiting import awaiting as awaiting_of
from readiness.dashboards.queries.desk import has_desk
from readiness.dashboards.queries.first import SHOWN
from readiness.dashboards.queries.today import today_for
from readiness.dashboards.tables import awaiting as awaiting_table
from readiness.dashboards.tables import today as today_table
from readiness.dashboards.views.access import PageRequest


@require_safe
def home(request: PageRequest) -> HttpResponse:
    """The front door leads to what the reader has to do."""
    return redirect("today")


@require_safe
def today(request: PageRequest) -> HttpResponse:
    """What waits for the reader, by the roles that the reader holds."""
    actor, now = request.actor, clock.now()
    waiting = today_for(actor, clock.today(), now)
    duties = awaiting_of(actor, now=now, sources=AT_GATES)
    may = {
        "triage": actor.may_somewhere(Action.TRIAGE),
        "import": actor.may_somewhere(Action.IMPORT),
        "request": actor.may_somewhere(Action.REQUEST),
        "steer": actor.may_somewhere(Action.EDIT),
        "capacity": actor.may_somewhere(Action.CAPACITY),
        "evidence": actor.may_somewhere(Action.EVIDENCE),
        "silo": actor.may_somewhere(Action.SILO),
        "desk": has_desk(actor),
    }
    context = {
        "today": waiting, "headline": today_table.headline(waiting, len(duties)), "may": may,
        "duties": awaiting_table.rows(duties[:SHOWN]), "duties_total": len(duties),
        "asks": today_table.asks(waiting.asks.rows),
        "evidence": today_table.evidence(waiting),
        "finding": [(one, reverse(one.route, args=one.arguments)) for one in waiting.finding],
    }  # fmt: skip
    return render(request, "dashboards/today.html", context)


@require_safe
def awaiting(request: PageRequest) -> HttpResponse:
    """Everything that waits for the reader, from every source; `kind` leaves one kind of it."""
    found = awaiting_of(request.actor, now=clock.now())
    kind = request.GET.get("kind", "")
    shown = [one for one in found if one.kind == kind] if kind in set(DutyKind) else found
    context = {
        "rows": awaiting_table.rows(shown), "kinds": awaiting_table.counted(found), "kind": kind, "total": len(found),
        "overdue": sum(one.overdue for one in found),
    }  # fmt: skip
    return render(request, "dashboards/awaiting.html", context)
