"""What people and tools enter through the slices comes back as the answers of drivers, and what nobody entered as unknown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import isnan
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portfolio.initiatives.choices import ClosureKind, DateKind, KeyRule, Status, Venue
from portfolio.initiatives.models import Initiative, Lifecycle, Register, StageEntry
from portfolio.initiatives.services.initiatives import update_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from portfolio.kit import clock
from portfolio.procurement.models import PurchaseShare
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.risk.rules.drivers import DRIVERS, KEYS, PLACE
from readiness.risk.rules.drivers.steered import ROLES
from readiness.workloads.choices import Function, Knowledge, Metric
from readiness.workloads.models import ProfileValue, Workload
from readiness.workloads.services.capacity import create_pool, grant, request_capacity
from readiness.workloads.services.profiles import retire_workload, set_serves
from readiness.workloads.services.venues import add_venue_option, choose_venue
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import line
from tests.portfolio.initiatives.pages import make
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.judging_rows import LIVE, bare_chat, judge, p95, require
from tests.readiness.evidence.storing import NOW, place, telemetry
from tests.readiness.risk.drivers_world import answers_of, row_of, sheet_of, told
from tests.readiness.silos.portfolio import make_purchase

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def update(row: Initiative, **changes: Any) -> None:
    update_initiative(by=SYSTEM, initiative=row, changes=changes)


def test_of_an_initiative_of_which_nothing_is_said_only_that_the_load_is_missing_is_known(organisation: Organisation) -> None:
    answers = answers_of(make(organisation))
    known = {key: answer for key, answer in answers.items() if not isnan(answer)}
    assert known == {"unknown_load": 1.0, "sponsor_or_function_missing": 1.0}  # nobody was named where people register


def test_intake_answers_are_read_by_their_word_whether_an_import_or_a_person_wrote_them(organisation: Organisation) -> None:
    asked = {
        "infra_provisioned": {"value": "no", "raw": "No"}, "ato": "yes", "existing_reuse": {"value": "partly", "raw": "some"},
        "dev_tools_wait": {"value": "More than 12 months", "raw": "More than 12 months"},
    }  # fmt: skip
    row = make(organisation, answers=asked, developed_by="contract", procurement_route="separate")
    found = answers_of(row)
    assert [found[key] for key in KEYS[:6]] == [1, 1, 1, 0, 0.5, 1] and found["separate_procurement"] == 1
    update(row, answers=asked | {"infra_provisioned": {"value": "other"}, "ato": {"value": None}}, procurement_route="in_plan")
    found = answers_of(row)
    assert isnan(found["no_central_provisioning"]) and isnan(found["no_authorisation_at_pilot"])
    assert found["separate_procurement"] == 0


def test_who_is_named_counts_and_who_was_never_asked_for_is_unknown(organisation: Organisation) -> None:
    row = make(organisation, sponsor="Otto")
    assert answers_of(row)["sponsor_or_function_missing"] == 0.75
    assert told(row, "sponsor_or_function_missing").sentence == "Nobody stands for: IT operations, data science, business."
    register = Register.objects.create(
        name="Old list", unit=organisation.units["Retail"], lifecycle=row.lifecycle, key_rule=KeyRule.EXTERNAL_ID
    )
    listed = make(organisation, name="Listed")
    Initiative.objects.filter(pk=listed.pk).update(register=register)
    assert isnan(answers_of(listed)["sponsor_or_function_missing"])
    everybody = {name: {"name": "Dana"} for name in ("it_operations", "data_science", "business")}
    update(row, functions=everybody)
    assert answers_of(row)["sponsor_or_function_missing"] == 0 and len(ROLES) == 4


def test_a_stay_is_compared_with_the_ended_stays_of_its_stage(organisation: Organisation) -> None:
    row = make(organisation, entered_on=clock.today() - 50 * DAY)
    for days in range(10, 100, 10):  # nine of them
        other = make(organisation, name=f"Ended after {days}", entered_on=clock.today() - days * DAY)
        move_stage(by=SYSTEM, initiative=other, stage=other.lifecycle.stages.get(key="poc"))
    assert isnan(answers_of(row)["time_in_stage"])
    last = make(organisation, name="Closed", entered_on=clock.today() - 100 * DAY)
    close_initiative(by=SYSTEM, initiative=last, kind=ClosureKind.DRIFTED)
    # eleven stays, the running one at risk until its fiftieth day: 1 - 10/11 x 9/10 x 8/9 x 7/8 x 6/7
    assert answers_of(row)["time_in_stage"] == pytest.approx(5 / 11)
    assert told(row, "time_in_stage").sentence == "In Idea for 50 days: 5 of 10 ended stays in this stage were over by then."
    alone = answers_of(row, initiative_ids=[row.pk])["time_in_stage"]
    assert alone == pytest.approx(5 / 11)  # the cohort is the portfolio, whoever is asked for
    for number in range(20):
        make(organisation, name=f"Still there {number}", entered_on=clock.today() - 70 * DAY)
    assert answers_of(row)["time_in_stage"] == pytest.approx(5 / 31), "who is still there after longer makes this one less late"
    assert isnan(answers_of(last)["time_in_stage"])
    move_stage(by=SYSTEM, initiative=row, stage=None)
    assert isnan(answers_of(row)["time_in_stage"])


def test_a_stay_without_a_date_is_in_no_cohort_and_has_no_rank(organisation: Organisation) -> None:
    row = make(organisation)
    StageEntry.objects.filter(initiative=row).update(entered_on=None)
    assert isnan(answers_of(row)["time_in_stage"])


def test_a_load_is_known_by_its_values_and_a_platform_carries_it_for_whom_it_serves(organisation: Organisation) -> None:
    chat, served = make_chat(organisation), make(organisation, name="Served")
    some = answers_of(chat.initiative)["unknown_load"]
    assert 0 < some <= 1 and answers_of(served)["unknown_load"] == 1
    ProfileValue.objects.filter(workload=chat).update(knowledge=Knowledge.KNOWN, value=1.0, low=None, high=None)
    assert answers_of(chat.initiative)["unknown_load"] == 0
    set_serves(by=SYSTEM, workload=chat, initiatives=[served])
    assert answers_of(served)["unknown_load"] == 0
    retire_workload(by=SYSTEM, workload=chat)
    assert answers_of(chat.initiative)["unknown_load"] == 1 and answers_of(served)["unknown_load"] == 1


def test_an_arrival_rate_that_follows_from_the_people_is_known(organisation: Organisation) -> None:
    chat = make_chat(organisation)
    values = ProfileValue.objects.filter(workload=chat)
    values.update(knowledge=Knowledge.KNOWN, value=1.0, low=None, high=None)
    values.filter(name="arrival_per_s").update(knowledge=Knowledge.UNKNOWN)
    for name in ("users", "requests_per_user_day", "busy_hours_per_day"):
        values.update_or_create(
            workload=chat, name=name, defaults={"initiative": chat.initiative, "knowledge": Knowledge.KNOWN, "value": 5.0}
        )  # fmt: skip
    assert chat.task == Task.GENERATE and chat.workload_class == WorkloadClass.ONLINE
    assert answers_of(chat.initiative)["unknown_load"] == 0
    values.filter(name="users").update(knowledge=Knowledge.UNKNOWN)
    assert 0 < answers_of(chat.initiative)["unknown_load"] < 1


def measured(organisation: Organisation, workload: Workload, key: str, value: float, environment: Any = None) -> None:
    where = place(organisation.units["Stores"], workload=workload, name=f"Source {key}")
    where.bring(telemetry(key, p95(value), ended_at=NOW - timedelta(hours=1)), environment=environment or LIVE)


def test_requirements_are_unknown_before_they_are_measured_then_met_short_or_stale(organisation: Organisation) -> None:
    chat = bare_chat(organisation)
    row = chat.initiative
    measures = ("requirements_unknown", "requirements_not_met", "evidence_stale", "evidence_unrepresentative")

    def found(**more: Any) -> list[float]:
        answers = answers_of(row, **more)
        return [answers[key] for key in measures]

    assert all(isnan(one) for one in found())
    require(chat, Metric.TTFT, 1.0)
    assert found()[0] == 1 and all(isnan(one) for one in found()[1:])
    measured(organisation, chat, "a", 0.4)
    judge(chat)
    assert found() == [0, 0, 0, 0]
    judge(chat, at=NOW + 200 * DAY)
    assert found()[:3:2] == [0, 1] and isnan(found()[1])
    assert told(row, "evidence_stale").sentence.startswith("1 of 1 requirements rest on stale evidence; the oldest is of 29 Nov")
    require(chat, Metric.LATENCY, 0.001)
    assert found()[0] == 0.5


def test_what_fails_is_short_and_an_easier_place_is_not_representative(organisation: Organisation) -> None:
    chat = bare_chat(organisation)
    require(chat, Metric.TTFT, 1.0, environment={"data": "real", "users": "real"})
    measured(organisation, chat, "a", 3.0, {"data_real": False, "users_real": False})
    judge(chat)
    found = answers_of(chat.initiative)
    assert found["requirements_not_met"] == 1 and found["evidence_unrepresentative"] == 1


@pytest.mark.parametrize(("architecture", "model", "expected"), [(10, 40, 0.0), (40, 10, 1.0), (10, None, None)])
def test_the_order_of_decisions_follows_from_their_dates(
    organisation: Organisation, architecture: int, model: int | None, expected: float | None
) -> None:
    days = {DateKind.ARCHITECTURE_DECIDED: architecture, DateKind.MODEL_SELECTED: model}
    dates = {kind: {"value": date(2026, 1, 1) + day * DAY} for kind, day in days.items() if day is not None}
    found = answers_of(make(organisation, dates=dates))["sequence_inverted"]
    assert isnan(found) if expected is None else found == expected


def option(row: Initiative, venue: Venue = Venue.PUBLIC_CLOUD, **facts: Any) -> Any:
    return add_venue_option(by=SYSTEM, initiative=row, function=Function.INFERENCE, venue=venue, label=f"{venue} here", **facts)


def test_a_provider_is_judged_by_what_is_known_of_the_chosen_option(organisation: Organisation) -> None:
    row = make(organisation)
    cloud = option(row)
    assert isnan(answers_of(row)["provider_dependency"])
    slow = option(row, quota_requested=8, quota_granted=2, backlog_days=120, price_notice_days=180)
    assert answers_of(row)["provider_dependency"] == pytest.approx(2 / 3)
    choose_venue(by=SYSTEM, option=cloud, reason="Nobody knows.")
    assert isnan(answers_of(row)["provider_dependency"])
    choose_venue(by=SYSTEM, option=option(row, Venue.ON_PREMISES), reason="Ours.")
    assert answers_of(row)["provider_dependency"] == 0
    choose_venue(by=SYSTEM, option=slow, reason="It is there.")
    assert "quota not granted 1, backlog 1, short notice of prices 0" in told(row, "provider_dependency").sentence


def test_capacity_counts_as_far_as_it_is_granted(organisation: Organisation) -> None:
    chat = bare_chat(organisation)
    row, today = chat.initiative, clock.today()
    assert isnan(answers_of(row)["capacity_not_committed"])
    pool = create_pool(by=SYSTEM, unit=organisation.units["Stores"], name="Hall", kind="accelerators", size=16)  # type: ignore[arg-type]
    asked = [request_capacity(by=SYSTEM, pool=pool, workload=chat, quantity=count, starts_on=today) for count in (4, 12)]
    assert answers_of(row)["capacity_not_committed"] == 1
    grant(by=SYSTEM, allocation=asked[0])
    assert answers_of(row)["capacity_not_committed"] == 0.75
    grant(by=SYSTEM, allocation=asked[1])
    assert answers_of(row)["capacity_not_committed"] == 0


def test_closed_and_produced_initiatives_are_in_the_sheet_and_not_in_flight(organisation: Organisation) -> None:
    stages = Lifecycle.objects.get(is_default=True).stages
    rows = {
        "open": make(organisation, name="Open"), "closed": make(organisation, name="Closed"),
        "produced": make(organisation, name="Produced", stage=stages.get(key="production")),
        "unknown": make(organisation, name="Unknown"), "held": make(organisation, name="Held"),
    }  # fmt: skip
    close_initiative(by=SYSTEM, initiative=rows["closed"], kind=ClosureKind.DRIFTED)
    move_stage(by=SYSTEM, initiative=rows["unknown"], stage=None)
    Initiative.objects.filter(pk=rows["held"].pk).update(status=Status.ON_HOLD)
    sheet = sheet_of()
    assert sheet.initiative_id.tolist() == sorted(sheet.initiative_id.tolist()) == [row.pk for row in rows.values()]
    flying = {name: bool(sheet.in_flight[row_of(sheet, row)]) for name, row in rows.items()}
    assert flying == {"open": True, "closed": False, "produced": False, "unknown": True, "held": True}
    assert sheet.answers.shape == (5, len(KEYS)) and len(sheet.facts) == len(sheet) == 5


def test_the_demo_and_the_real_portfolio_never_mix(organisation: Organisation) -> None:
    real = make(organisation, entered_on=clock.today() - 50 * DAY)
    for number in range(12):
        made = make(organisation, name=f"Demo {number}", demo=True, entered_on=clock.today() - 20 * DAY)
        move_stage(by=SYSTEM, initiative=made, stage=made.lifecycle.stages.get(key="poc"))
    asked = make(organisation, name="Demo", demo=True, entered_on=clock.today() - 50 * DAY)
    assert isnan(answers_of(real)["time_in_stage"])
    assert answers_of(asked, demo=True)["time_in_stage"] == pytest.approx(12 / 13)
    assert sheet_of().initiative_id.tolist() == [real.pk] and len(sheet_of(demo=True)) == 13
    assert len(sheet_of(initiative_ids=[asked.pk])) == 0 and len(sheet_of(initiative_ids=[])) == 0


def test_statements_are_fifteen_whatever_the_number_of_rows(organisation: Organisation) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sheet_of()
        return len(queries)

    few = count()
    for number in range(12):
        chat = bare_chat(organisation, name=f"Chat {number}")
        require(chat)
        line(chat.initiative, "compute", 10, 5)
        option(chat.initiative, backlog_days=3)
        purchase = make_purchase(organisation, "Stores", f"GPUs {number}", 10)
        PurchaseShare.objects.create(purchase=purchase, initiative=chat.initiative, share=Decimal(1))
    assert few == count() == 15


def test_a_part_of_the_portfolio_is_answered_as_in_the_whole(organisation: Organisation) -> None:
    rows = [make(organisation, name=f"One {number}", developed_by="contract") for number in range(3)]
    chat = make_chat(organisation)
    line(rows[1], "people", 10, 5)
    whole, part = sheet_of(), sheet_of(initiative_ids=[rows[1].pk, chat.initiative_id])
    at = [row_of(whole, rows[1]), row_of(whole, chat.initiative)]
    assert part.initiative_id.tolist() == whole.initiative_id[at].tolist()
    assert np.array_equal(part.answers, whole.answers[at], equal_nan=True) and PLACE["infrastructure_share_low"]


def test_every_driver_leads_to_a_page_of_the_initiative() -> None:
    assert all(reverse(spec.route, kwargs={"pk": 7}) for spec in DRIVERS)
