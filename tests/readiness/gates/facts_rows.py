"""What tests of facts and of judging share: an initiative of which much is really said, made the way people and tools make it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portfolio.initiatives.choices import Answer, DateKind, TeamFunction, Venue
from portfolio.initiatives.models import FunctionSlot, Initiative, InitiativeDate
from readiness.gates.queries.facts import facts_of
from readiness.gates.rules.criteria.facts import Facts
from readiness.workloads.choices import Function, Knowledge, Metric
from readiness.workloads.models import ProfileValue, Workload
from readiness.workloads.services.venues import add_venue_option, choose_venue
from tests.people import SYSTEM, Organisation
from tests.readiness.assessments.asking import started
from tests.readiness.evidence.judging_rows import bare_chat, hall, hold, judge, live, require
from tests.readiness.evidence.storing import NOW, place


def facts(initiative: Initiative, **more: Any) -> Facts:
    return facts_of([initiative.pk], now=more.get("now", NOW))[initiative.pk]


def told(organisation: Organisation, name: str = "Chat", **values: Any) -> Workload:
    """A chat with one measured requirement, an allocation, venues, a team, dates and a started assessment."""
    workload = bare_chat(organisation, name=name, owner=organisation.people["Otto"], **values)
    initiative = workload.initiative
    require(workload, Metric.TTFT, 1.0)
    live(place(organisation.units["Stores"], workload=workload, name=f"source of {name}"), name[:1].lower(), 0.4)
    judge(workload)
    hold(hall(organisation, name=f"Hall for {name}"), workload, 4)
    for venue in (Venue.PUBLIC_CLOUD, Venue.ON_PREMISES):
        option = add_venue_option(
            by=SYSTEM, initiative=initiative, function=Function.INFERENCE, venue=venue, label=f"{venue} for {name}"
        )
    choose_venue(by=SYSTEM, option=option, reason="It is there.")
    for kind, day in ((DateKind.ARCHITECTURE_DECIDED, date(2026, 3, 1)), (DateKind.MODEL_SELECTED, date(2026, 5, 1))):
        InitiativeDate.objects.create(initiative=initiative, kind=kind, value=day)
    FunctionSlot.objects.create(initiative=initiative, function=TeamFunction.BUSINESS, person=organisation.people["Otto"])
    FunctionSlot.objects.create(initiative=initiative, function=TeamFunction.DATA_SCIENCE, name="Dana of the vendor")
    Initiative.objects.filter(pk=initiative.pk).update(containerised=Answer.YES, orchestrator="Kubernetes")
    started(initiative, compute_load_stated="yes", memory_weights_and_cache_fit="no")
    return workload


def know(workload: Workload) -> None:
    """Everything that is asked of a workload is known."""
    ProfileValue.objects.filter(workload=workload).update(knowledge=Knowledge.KNOWN, value=1.0, low=None, high=None)


DAY = timedelta(days=1)
