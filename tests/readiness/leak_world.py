"""One of everything that workloads, capacity, venues, evidence, sizing, assessments and gates keep, in Stores and in Logistics;
leak_outlook.py adds what risk, links of imports and outlets keep.

Every text of a planted set carries its word and every amount is one of its own, so that a word or an amount found in an answer
tells whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.services import create_unit
from portfolio.initiatives.choices import Venue
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from readiness.assessments.choices import Component, Presence, Reply
from readiness.assessments.models import Assessment
from readiness.assessments.services.answers import AnswerInput, save_answers
from readiness.assessments.services.assessments import start_assessment
from readiness.assessments.services.components import ComponentInput, save_components
from readiness.evidence.choices import DeliveryState, SourceKind, TrialKind, Way
from readiness.evidence.models import Delivery, Feed, Payload, QueryTemplate, Run, Series, Source, Trial
from readiness.evidence.services.attestations import attest
from readiness.evidence.services.ingest import Subject, ingest_observations
from readiness.evidence.services.verdicts import evaluate
from readiness.sizing.choices import Approach
from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.services.measurements import record_measurement
from readiness.sizing.services.options import add_option, choose_option
from readiness.workloads.choices import Function, Knowledge, Metric, PoolKind
from readiness.workloads.models import (
    Accelerator,
    Allocation,
    CapacityPool,
    CatalogueModel,
    Requirement,
    TraceUpload,
    VenueOption,
    Workload,
)
from readiness.workloads.services.capacity import create_pool, grant, request_capacity
from readiness.workloads.services.profiles import ValueInput, create_workload, keep_version, set_serves, set_values
from readiness.workloads.services.requirements import add_requirement
from readiness.workloads.services.traces import upload_trace
from readiness.workloads.services.venues import add_venue_option, choose_venue, record_comparison
from tests.people import SYSTEM, Organisation
from tests.readiness.leak_gates import GATES, Gates, depend, plant_gates
from tests.readiness.leak_outlook import OUTLOOK, Outlook
from tests.readiness.sizing.making import KNOWN, SWEEP

MISSING = 2_000_000_017
TODAY = clock.today()


@dataclass(frozen=True)
class Planted:
    """The rows of one set; `word` is in all of its texts and in no other's."""

    word: str
    unit: int
    depot: int  # a unit below it, which owns the closed pool
    initiative: Initiative
    workload: Workload
    requirement: Requirement
    trace: TraceUpload
    pool: CapacityPool
    closed: CapacityPool  # offered to nobody
    allocation: Allocation
    asked: Allocation
    venue: VenueOption
    measurement: Measurement
    option: SizingOption
    api_option: SizingOption
    assessment: Assessment
    question: str
    source: Source
    feed: Feed
    query_template: QueryTemplate
    trial: Trial
    delivery: Delivery
    payload: Payload
    run: Run
    series: Series
    gates: Gates
    outlook: Outlook | None = None  # only in the walk of test_leaks.py


def ids_apart() -> None:
    """Give each table ids of its own, so that a number found in an answer is one row's and nothing else."""
    models = (
        BusinessUnit, User, Initiative, Workload, Requirement, TraceUpload, CapacityPool, Allocation, VenueOption, Measurement,
        SizingOption, Assessment, Source, Feed, QueryTemplate, Trial, Delivery, Payload, Run, Series, *GATES, *OUTLOOK,
    )  # fmt: skip
    with connection.cursor() as cursor:
        for place, model in enumerate(models):
            count = 5_003 + 211 * place
            cursor.execute(
                "SELECT max(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)", [model._meta.db_table, count]
            )


def plant(organisation: Organisation, unit: str, word: str, amount: Decimal) -> Planted:
    """Make the set as the product itself does. `amount` and neighbours of it are what everything costs."""
    where = organisation.units[unit]
    initiative = create_initiative(
        by=SYSTEM, unit=where, name=f"{word} initiative", purpose=f"{word} purpose", owner=None, expected_value=amount + 1,
        expected_value_currency="XTS",
    )  # fmt: skip
    workload = create_workload(
        by=SYSTEM, initiative=initiative, name=f"{word} workload", template="chat-assistant", note=f"{word} remark",
        needed_on=TODAY + timedelta(days=40),
    )  # fmt: skip
    said = {name: ValueInput(Knowledge.KNOWN, value, note=f"{word} source") for name, value in KNOWN.items()}
    set_values(by=SYSTEM, workload=workload, values=said)
    requirement = add_requirement(by=SYSTEM, workload=workload, metric=Metric.JITTER, target=0.2, note=f"{word} demand")
    keep_version(by=SYSTEM, workload=workload, label=f"{word} version")
    log = SimpleUploadedFile(f"{word}-log.csv", b"timestamp,input_tokens,output_tokens\n1,2,3\n2,3,4\n")
    trace = upload_trace(by=SYSTEM, workload=workload, file=log)
    chip, llama = Accelerator.objects.get(key="h100-sxm"), CatalogueModel.objects.get(key="llama-3-1-8b")
    pool = create_pool(
        by=SYSTEM, unit=where, name=f"{word} pool", kind=PoolKind.ACCELERATORS, accelerator=chip, size=8.0, lead_time_days=30,
        provider=f"{word} provider", note=f"{word} pool note", cost_per_month=amount + 2, cost_currency="XTS",
    )  # fmt: skip
    depot = create_unit(by=SYSTEM, name=f"{word} depot", parent=where)
    closed = create_pool(by=SYSTEM, unit=depot, name=f"{word} closed", kind=PoolKind.ACCELERATORS, accelerator=chip, size=77.0)
    held = grant(by=SYSTEM, allocation=_ask(pool, workload, 3, word))
    venue = _venues(initiative, word, amount, chip)
    measurement = record_measurement(
        by=SYSTEM, unit=where, points=SWEEP, name=f"{word} sweep", accelerator=chip, model=llama, software="vLLM 0.6.1",
        input_tokens=1000.0, output_tokens=250.0, source=f"{word} origin",
    )  # fmt: skip
    option = add_option(
        by=SYSTEM, workload=workload, label=f"{word} option", approach=Approach.SELF_HOSTED, model=llama, accelerator=chip,
        software="vLLM 0.6.1", measurement=measurement, pool=pool, venue_option=venue,
        price_per_accelerator_hour=float(amount + 5), price_currency="XTS",
    )  # fmt: skip
    behind = add_option(
        by=SYSTEM, workload=workload, label=f"{word} api", approach=Approach.API, price_input=float(amount + 6),
        price_output=float(amount + 7), price_currency="XTS", model=CatalogueModel.objects.get(key="gpt-4o"),
        tokens_per_minute=1e6,
    )  # fmt: skip
    option = choose_option(by=SYSTEM, option=option)
    assessment, question = _assessed(initiative, word)
    rest = (*_measured(where, workload, word, amount), plant_gates(organisation, where, initiative, word))
    return Planted(
        word, where.pk, depot.pk, initiative, workload, requirement, trace, pool, closed, held,
        _ask(pool, workload, 20, word), venue, measurement, option, behind, assessment, question,
        *rest,
    )  # fmt: skip


def _ask(pool: CapacityPool, workload: Workload, quantity: float, word: str) -> Allocation:
    return request_capacity(
        by=SYSTEM, pool=pool, workload=workload, quantity=quantity, starts_on=TODAY, note=f"{word} wish"
    )  # fmt: skip


def _venues(initiative: Initiative, word: str, amount: Decimal, chip: Accelerator) -> VenueOption:
    facts: dict[str, Any] = {
        "provider": f"{word} host", "note": f"{word} venue note", "accelerator": chip, "cost_per_month": amount + 3,
        "one_off_cost": amount + 4, "cost_currency": "XTS", "lead_time_days": 60,
    }  # fmt: skip
    venue = add_venue_option(
        by=SYSTEM, initiative=initiative, function=Function.INFERENCE, venue=Venue.ON_PREMISES, label=f"{word} hall", **facts
    )
    add_venue_option(
        by=SYSTEM, initiative=initiative, function=Function.INFERENCE, venue=Venue.PUBLIC_CLOUD, label=f"{word} cloud", **facts
    )
    record_comparison(by=SYSTEM, initiative=initiative, function=Function.STORAGE, reason=f"{word} because")
    return choose_venue(by=SYSTEM, option=venue, reason=f"{word} decision")


def _measured(where: BusinessUnit, workload: Workload, word: str, amount: Decimal) -> tuple[Any, ...]:
    """A source with what it asks, and what somebody vouched for: of a cost that is an amount, of a latency that is none."""
    source = Source.objects.create(
        unit=where, name=f"{word} cluster", kind=SourceKind.PROMETHEUS, config={"address": f"https://{word}.example.org"},
        note=f"{word} source note",
    )  # fmt: skip
    feed = Feed.objects.create(
        source=source, unit=where, workload=workload, initiative=workload.initiative, name=f"{word} feed", ask={"job": word},
        environment={"model": f"{word} model"},
    )  # fmt: skip
    template = QueryTemplate.objects.create(unit=where, name=f"{word} queries", about=f"{word} about", queries=[{"query": word}])
    trial = Trial.objects.create(source=source, kind=TrialKind.SOURCE, found={"facts": [f"{word} fact"]}, ended_at=clock.now())
    said: dict[str, Any] = {"by": SYSTEM, "workload": workload, "now": clock.now(), "observed_on": TODAY - timedelta(days=1)}
    attest(
        metric="cost_per_hour", value=float(amount), unit="money/h", currency="XTS", note=f"{word} price", **said,
        file=SimpleUploadedFile(f"{word}-bill.txt", f"{word} {amount}".encode()),
    )  # fmt: skip
    made = attest(
        metric="ttft", value=0.2, unit="s", environment={"model": f"{word} model"}, note=f"{word} report", **said,
        file=SimpleUploadedFile(f"{word}-report.txt", word.encode()),
    )  # fmt: skip
    run = Run.objects.get(delivery=made)
    series = Series.objects.get(source=made.source, metric="ttft", workload=workload)
    evaluate([workload.pk], by=SYSTEM, now=clock.now())
    return source, feed, template, trial, made, run.payload, run, series


def _measure(owner: Planted, guest: Planted) -> None:
    """The owner's source measures the guest's workload: each sees the evidence, neither the other's name."""
    Feed.objects.create(
        source=owner.source, unit_id=owner.unit, workload=guest.workload, initiative=guest.initiative, name=f"Feed {guest.unit}",
        ask={"job": "shared"},
    )  # fmt: skip
    delivery = Delivery.objects.create(source=owner.source, unit_id=owner.unit, way=Way.PULL, state=DeliveryState.DONE)
    row = {"metric": "ttft", "value": 0.3, "unit": "s", "observed_at": (clock.now() - timedelta(hours=1)).isoformat()}
    subject = Subject(owner.source.unit, guest.workload)
    ingest_observations(delivery=delivery, rows=[row], subject=subject, environment={}, now=clock.now())
    evaluate([guest.workload.pk], by=SYSTEM, now=clock.now())


def _assessed(initiative: Initiative, word: str) -> tuple[Assessment, str]:
    made = start_assessment(by=SYSTEM, initiative=initiative, note=f"{word} assessment note")
    first, second = made.bank.questions.order_by("position").values_list("key", flat=True)[:2]
    link = f"https://example.org/{word}"
    answers = {
        first: AnswerInput(Reply.PARTLY, note=f"{word} answer", evidence_url=link),
        second: AnswerInput(Reply.UNKNOWN, f"{word} doubt"),
    }
    save_answers(by=SYSTEM, assessment=made, answers=answers)
    missing = ComponentInput(Presence.MISSING, note=f"{word} component")
    save_components(by=SYSTEM, initiative=initiative, components={next(iter(Component)): missing})
    return made, first


def share(organisation: Organisation, owner: Planted, guest: Planted) -> None:
    """The owner's pool is offered to everybody, the guest's workload holds a part of it and waits for more, and serves the owner.

    Name and provider of an offered pool are there to be seen, so they lose the owner's word.
    """
    owner.pool.offered_to, owner.pool.name, owner.pool.provider = organisation.units["Group"], f"Hall {owner.pool.pk}", ""
    owner.pool.save(update_fields=["offered_to", "name", "provider"])
    set_serves(by=SYSTEM, workload=guest.workload, initiatives=[owner.initiative])
    grant(by=SYSTEM, allocation=_ask(owner.pool, guest.workload, 1, guest.word))
    _measure(owner, guest)
    depend(owner.gates, guest.gates)
    _ask(owner.pool, guest.workload, 9, guest.word)
