"""Answers follow from facts: what is entered gives a number from 0 to 1, and what is not gives none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from math import isnan, nan
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.core.risk.drivers import PUBLISHED, Badge
from readiness.risk.choices import DriverState
from readiness.risk.rules.drivers import DRIVERS, KEYS, PLACE
from readiness.risk.rules.drivers.facts import (
    Budget,
    Capacity,
    Dates,
    Demand,
    Facts,
    Gates,
    Intake,
    Order,
    People,
    Provider,
    Purchases,
    Requirements,
    Silos,
    Stay,
)
from readiness.risk.rules.drivers.progress import progress
from readiness.risk.rules.drivers.telling import reason

AT = datetime(2026, 11, 29, 9, tzinfo=UTC)


def said(**answers: str) -> Intake:
    return Intake(answers)


CASES: Mapping[str, list[tuple[Any, float]]] = {
    "no_central_provisioning": [
        (said(infra_provisioned="no"), 1), (said(infra_provisioned="yes"), 0), (said(infra_provisioned="partly"), 0.5),
        (said(infra_provisioned="not_applicable"), 0), (said(infra_provisioned="other"), nan), (said(infra_provisioned=""), nan),
        (said(), nan),
    ],
    "contract_developed": [
        (Intake(developed_by="contract"), 1), (Intake(developed_by="both"), 0.5), (Intake(developed_by="in_house"), 0),
        (Intake(), nan),
    ],
    "unknown_load": [
        (Demand(), 1), (Demand(2, 10, 4), 0.6), (Demand(1, 5, 5), 0), (Demand(1, 5, 7), 0), (Demand(1, 0, 0), 0),
    ],
    "no_authorisation_at_pilot": [(said(ato="no"), 1), (said(ato="yes"), 0), (said(ato="unknown"), nan), (said(), nan)],
    "no_reuse": [
        (said(existing_reuse="no"), 1), (said(existing_reuse=" No "), 1), (said(existing_reuse="yes"), 0),
        (said(existing_reuse="Reused techniques from prior rovers"), nan), (said(), nan),
    ],
    "waiting_for_tools": [
        (said(dev_tools_wait="More than 12 months"), 1), (said(dev_tools_wait="6-12 months"), 0.5),
        (said(dev_tools_wait="Less than 6 months"), 0), (said(dev_tools_wait="Less than 1 Year"), nan), (said(), nan),
    ],
    "time_in_stage": [
        (Stay("Pilot", 100, 20, 15, gone=0.6), 0.6), (Stay("Pilot", 5, 20, 0, gone=0.0), 0),
        (Stay("Pilot", 900, 10, 10, gone=1.0), 1), (Stay("Pilot", 900, 9, 9, gone=1.0), nan),
        (Stay("Pilot", None, 20, 0), nan), (Stay(), nan),
    ],
    "requirements_not_met": [
        (Requirements(met=1, warning=1, not_met=2, short=3), 0.75), (Requirements(met=3), 0),
        (Requirements(not_met=1, short=1), 1), (Requirements(unknown=4, stale=2), nan), (Requirements(), nan),
    ],
    "requirements_unknown": [
        (Requirements(met=1, unknown=3), 0.75), (Requirements(met=2, stale=1), 0), (Requirements(unknown=2), 1),
        (Requirements(), nan),
    ],
    "evidence_stale": [
        (Requirements(met=1, stale=1, unknown=9), 0.5), (Requirements(met=2), 0), (Requirements(stale=2), 1),
        (Requirements(unknown=5), nan),
    ],
    "evidence_unrepresentative": [
        (Requirements(placed=4, elsewhere=1), 0.25), (Requirements(placed=4), 0), (Requirements(placed=2, elsewhere=2), 1),
        (Requirements(met=1), nan),
    ],
    "sequence_inverted": [(Order(True, 30), 1), (Order(False, 30), 0), (Order(), nan)],
    "capacity_not_committed": [(Capacity(2, 0.5), 0.75), (Capacity(2, 2.0), 0), (Capacity(1, 0.0), 1), (Capacity(), nan)],
    "provider_dependency": [
        (Provider(options=1, known=3, quota=1, backlog=1), 2 / 3), (Provider(options=2, known=2), 0),
        (Provider(options=1, known=1, notice=1), 1), (Provider(own=1), 0), (Provider(options=1), nan), (Provider(), nan),
    ],
    "infrastructure_share_low": [(Budget(below=True), 1), (Budget(below=False), 0), (Budget(), nan)],
    "purchases_out_of_plan": [
        (Purchases(1, 3, 5), 0.75), (Purchases(2, 0), 0), (Purchases(0, 1), 1), (Purchases(unsaid=3), nan), (Purchases(), nan),
    ],
    "separate_procurement": [(Intake(route="separate"), 1), (Intake(route="in_plan"), 0), (Intake(), nan)],
    "silo_finding_open": [
        (Silos(2, 1, AT), 1), (Silos(2, 0, AT), 0), (Silos(2, 0, None), nan), (Silos(0, 0, AT), nan), (Silos(), nan),
    ],
    "spend_ahead_of_progress": [
        (Budget(spent=0.9, progress=0.25), 0.65), (Budget(spent=0.2, progress=0.25), 0), (Budget(spent=3.0, progress=0.0), 1),
        (Budget(spent=0.9), nan), (Budget(progress=0.5), nan),
    ],
    "sponsor_or_function_missing": [(People(1, asked=True), 0.75), (People(4, asked=True), 0), (People(0), nan)],
    "gate_condition_open": [(Gates(1, 1, 2), 1), (Gates(1, 1), 0), (Gates(1), nan), (Gates(), nan)],
    "gate_condition_overdue": [(Gates(1, 1, 4, 1), 0.25), (Gates(1, 1), 0), (Gates(1, 1, 2, 2), 1), (Gates(1), nan)],
    "waiver_active": [(Gates(1, waivers=1), 1), (Gates(waivers=1), 1), (Gates(1), 0), (Gates(), nan)],
    "dates_slipped": [(Dates(4, 1, 1), 0.25), (Dates(4, 4, 0), 0), (Dates(1, 0, 1), 1), (Dates(), nan)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "group", "expected"), [(key, *case) for key, cases in CASES.items() for case in cases]
)  # fmt: skip
def test_an_answer_follows_from_its_facts(key: str, group: Any, expected: float) -> None:
    spec = DRIVERS[PLACE[key]]
    assert spec.answer(Facts(**{spec.group: group})) == pytest.approx(expected, nan_ok=True)


def test_every_driver_has_cases_and_of_nothing_only_the_missing_load_is_known() -> None:
    assert set(CASES) == set(KEYS) and len(set(KEYS)) == len(KEYS)
    known = {spec.key: spec.answer(Facts()) for spec in DRIVERS if not isnan(spec.answer(Facts()))}
    assert known == {"unknown_load": 1.0}


def test_the_published_priors_come_first_and_everything_else_is_an_opinion() -> None:
    assert tuple(spec.prior for spec in DRIVERS[: len(PUBLISHED)]) == PUBLISHED
    assert {spec.prior.badge for spec in DRIVERS[len(PUBLISHED) :]} == {Badge.OPINION}


def test_only_answers_of_the_intake_may_teach_from_closed_initiatives() -> None:
    assert {spec.key for spec in DRIVERS if spec.intake} == {
        "no_central_provisioning", "contract_developed", "no_authorisation_at_pilot", "no_reuse", "waiting_for_tools",
    }  # fmt: skip


COUNT = st.integers(-3, 40)
PARTS = {
    int: COUNT, float: st.floats(-2, 3), bool: st.booleans(), str: st.sampled_from(["", "yes", "no", "contract", "separate"]),
    date: st.dates(), datetime: st.datetimes(timezones=st.just(UTC)),
}  # fmt: skip
SAID = st.sampled_from(["yes", "no", " No ", "partly", "", "other", "6-12 months", "contract", "both", "separate", "\u00df"])
WORDS = st.dictionaries(st.sampled_from(["infra_provisioned", "ato", "existing_reuse", "dev_tools_wait"]), SAID)
INTAKES = st.builds(Intake, WORDS, SAID, SAID)
GROUPS: dict[str, type[Any]] = {one.name: type(one.default) for one in fields(Facts)}
FACTS = st.builds(
    Facts, intake=INTAKES, people=st.builds(People, COUNT, st.just(("business",)), st.booleans()),
    **{
        name: st.builds(
            kind,
            **{
                one.name: st.one_of(*(made for given, made in PARTS.items() if given.__name__ in str(one.type).split(" | ")),
                                    *([st.none()] if "None" in str(one.type) else []))
                for one in fields(kind)
            },
        )
        for name, kind in GROUPS.items() if name not in ("intake", "people")
    },
)  # fmt: skip


@given(FACTS)
def test_an_answer_is_never_outside_0_to_1_and_every_sentence_can_be_said(facts: Facts) -> None:
    for spec in DRIVERS:
        answer = spec.answer(facts)
        assert isnan(answer) or 0 <= answer <= 1, spec.key
        told = reason(spec, facts, answer, 7)
        assert told.sentence and "{" not in told.sentence + told.action and told.link == {"pk": 7}
        assert (told.action == "") == (told.state is DriverState.NO)


def test_a_reason_is_its_sentence_with_figures_what_to_do_and_as_of_when() -> None:
    stale = DRIVERS[PLACE["evidence_stale"]]
    facts = Facts(requirements=Requirements(met=1, stale=3, oldest=date(2026, 3, 2), as_of=AT))
    told = reason(stale, facts, stale.answer(facts), 42)
    assert told.sentence == "3 of 4 requirements rest on stale evidence; the oldest is of 2 Mar 2026."
    assert told.action == "Measure again what rests on stale evidence: 3."
    assert (told.state, told.badge, told.as_of, told.route) == (
        DriverState.PARTLY, "prior opinion, unvalidated", AT, "evidence:initiative",
    )  # fmt: skip
    undated = reason(stale, Facts(requirements=Requirements(stale=1)), 1.0, 42)
    assert undated.sentence.endswith("the oldest is of a day that is not known.")


def test_an_unknown_answer_asks_for_the_answer_and_a_good_one_for_nothing() -> None:
    stale = DRIVERS[PLACE["evidence_stale"]]
    unknown, good = reason(stale, Facts(), nan, 1), reason(stale, Facts(requirements=Requirements(met=2)), 0.0, 1)
    assert (unknown.state, unknown.action) == (DriverState.UNKNOWN, "Find out.")
    assert (good.state, good.action) == (DriverState.NO, "")


def test_no_sentence_tells_a_share_or_a_sum_of_money() -> None:
    for spec in DRIVERS:
        if spec.group == "budget":
            places = [name for text in (spec.yes, spec.no, spec.unknown, spec.action) for _, name, *_ in Formatter().parse(text)]
            assert set(places) == {None}


def test_progress_is_the_larger_of_stages_and_milestones_so_that_spend_is_ahead_of_both() -> None:
    assert progress(0.25, Dates(4, 2)) == 0.5 and progress(0.75, Dates(4, 2)) == 0.75
    assert progress(None, Dates(4, 1)) == 0.25 and progress(0.5, Dates()) == 0.5 and progress(None, Dates()) is None
    assert progress(0.0, replace(Dates(2), done=9)) == 1.0


def test_the_documentation_has_every_driver_with_its_prior() -> None:
    text = Path("docs/risk.md").read_text(encoding="utf-8")
    lines = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    assert set(KEYS) <= set(lines)
    for spec in DRIVERS:
        assert f"N({spec.prior.mean:.2f}, {spec.prior.sd:.2f}²)" in lines[spec.key], spec.key
