"""Scoring a portfolio: one read, one write, a pointer that moves; the past stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.choices import ClosureKind, ReasonCode, RiskBand, Status
from portfolio.initiatives.models import Closure, Initiative, Lifecycle, RiskStanding, Stage, StageEntry
from portfolio.kit import clock
from portfolio.outbox.models import Event
from readiness.core.risk.forecast import forecast
from readiness.core.risk.prior import ABANDONED
from readiness.risk.models import Generation, ModelVersion, Score
from readiness.risk.queries.scores import current_generation, newest_version, stored, weighed_of
from readiness.risk.services.housekeeping import DAYS, thin
from readiness.risk.services.scoring import rescore, score_all, score_now
from tests.people import Organisation

pytestmark = pytest.mark.django_db
TODAY = clock.today()


def stage(key: str) -> Stage:
    return Lifecycle.objects.get(is_default=True).stages.get(key=key)


def make(organisation: Organisation, unit: str, name: str, *, months: int = 6, at: str = "poc") -> Initiative:
    """Created `months` ago, in its stage since then."""
    since = TODAY - timedelta(days=round(months * 30.44))
    row = Initiative.objects.create(
        name=name, unit=organisation.units[unit], lifecycle=Lifecycle.objects.get(is_default=True), stage=stage(at),
        stage_since=since,
    )  # fmt: skip
    StageEntry.objects.create(initiative=row, stage=row.stage, entered_on=since)
    return row


def close(row: Initiative, kind: ClosureKind, *, on: date | None = None) -> None:
    Closure.objects.create(initiative=row, kind=kind, reason=ReasonCode.COST, closed_on=on or TODAY, stage=row.stage)
    Initiative.objects.filter(pk=row.pk).update(status=Status.CLOSED)
    StageEntry.objects.filter(initiative=row).update(current=False, left_on=on or TODAY)


def score(why: str = "test", on: date = TODAY, **given: bool) -> Generation | None:
    return score_now(demo=False, why=why, today=on, now=clock.now(), **given)


def test_nothing_in_flight_and_nothing_learned_makes_no_generation(organisation: Organisation) -> None:
    assert score() is None
    assert not ModelVersion.objects.exists()


def test_without_an_outcome_everybody_has_the_reference_class_figure(organisation: Organisation) -> None:
    rows = [make(organisation, "Stores", f"Trial {number}") for number in range(3)]
    generation = score()
    assert generation is not None
    assert generation.current and generation.frozen, "the first of a month stays for ever"
    found = stored(generation)
    assert found.initiative_id.tolist() == [row.pk for row in rows]
    assert found.value == pytest.approx(ABANDONED)
    standing = RiskStanding.objects.get(initiative=rows[0])
    assert standing.band == RiskBand.AVERAGE
    assert standing.counts is False
    assert standing.months == 24


def test_outcomes_move_the_figure_of_those_like_them(organisation: Organisation) -> None:
    for number in range(12):
        close(make(organisation, "Stores", f"Lost {number}", months=9), ClosureKind.DRIFTED)
    for number in range(12):
        row = make(organisation, "Logistics", f"Won {number}", months=9)
        StageEntry.objects.filter(initiative=row).update(current=False, left_on=TODAY)
        StageEntry.objects.create(initiative=row, stage=stage("production"), entered_on=TODAY)
        Initiative.objects.filter(pk=row.pk).update(stage=stage("production"))
    here, there = make(organisation, "Stores", "Here"), make(organisation, "Logistics", "There")
    score()
    version = newest_version(demo=False)
    assert version is not None
    assert (version.abandoned, version.produced, version.resolved) == (12, 12, 24)
    one, other = RiskStanding.objects.get(initiative=here), RiskStanding.objects.get(initiative=there)
    assert one.value > other.value + 0.1
    assert RiskStanding.objects.count() == 2, "what is closed or in production has no figure"


def test_a_stop_by_decision_and_a_merger_are_not_the_same_ending(organisation: Organisation) -> None:
    close(make(organisation, "Stores", "Stopped"), ClosureKind.STOPPED)
    close(make(organisation, "Stores", "Merged"), ClosureKind.MERGED)
    make(organisation, "Stores", "Open")
    score()
    version = newest_version(demo=False)
    assert version is not None
    assert version.abandoned == 1


def test_the_same_inputs_make_no_generation_and_no_version(organisation: Organisation) -> None:
    make(organisation, "Stores", "Trial")
    assert score() is not None
    assert score() is None
    assert score(refit=True) is None
    assert ModelVersion.objects.count() == 1
    assert Event.objects.filter(kind="risk.scored").count() == 1


def test_a_new_generation_takes_over_and_tells_how_many_figures_moved(organisation: Organisation) -> None:
    make(organisation, "Stores", "Trial")
    first = score()
    close(make(organisation, "Stores", "Lost"), ClosureKind.DRIFTED)
    make(organisation, "Logistics", "Another")
    second = score(refit=True)
    assert first is not None and second is not None
    first.refresh_from_db()
    assert not first.current and second.current
    assert second.changed == 2, "one moved, one came"
    assert Generation.objects.filter(current=True).count() == 1


def test_later_outcomes_and_facts_change_no_figure_that_was_kept(organisation: Organisation) -> None:
    row = make(organisation, "Stores", "Trial")
    close(make(organisation, "Stores", "Lost"), ClosureKind.DRIFTED)
    first = score()
    assert first is not None
    before = stored(first)
    for number in range(8):
        close(make(organisation, "Stores", f"Later {number}"), ClosureKind.DRIFTED)
    Initiative.objects.filter(pk=row.pk).update(developed_by="contractor", procurement_route="separate")
    score(refit=True)
    after = stored(Generation.objects.select_related("version").get(pk=first.pk))
    for end in ("value", "low", "high"):
        assert (getattr(before, end) == getattr(after, end)).all()
    again = forecast(weighed_of(first.version), after.rows, first.version.horizon_months)
    assert (again.value == before.value).all(), "replayed from what was kept, to the last bit"
    assert (again.low == before.low).all()


def test_stored_answers_are_scored_again_under_a_newer_version(organisation: Organisation) -> None:
    make(organisation, "Stores", "Trial")
    lost = make(organisation, "Stores", "Lost")
    score()
    older = newest_version(demo=False)
    close(lost, ClosureKind.DRIFTED)
    score(refit=True)
    assert older is not None
    back = rescore(older, why="test", on=TODAY, now=clock.now())
    assert back is not None
    assert stored(back).value == pytest.approx(ABANDONED)


def test_demo_and_real_portfolios_have_their_own_models(organisation: Organisation) -> None:
    make(organisation, "Stores", "Real")
    demo = make(organisation, "Stores", "Shown")
    Initiative.objects.filter(pk=demo.pk).update(demo=True)
    made = score_all(why="test", today=TODAY, now=clock.now())
    assert [one.demo for one in made] == [False, True]
    assert [one.seen for one in made] == [1, 1]
    assert {current_generation(demo=flag).pk for flag in (False, True)} == {one.pk for one in made}  # type: ignore[union-attr]


def test_statements_do_not_grow_with_initiatives(organisation: Organisation) -> None:
    counts = []
    for number in range(2):
        for extra in range(1 + 30 * number):
            make(organisation, "Stores", f"Trial {number} {extra}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            score(refit=True)
        counts.append(len(captured))
    assert counts[1] - counts[0] <= 4, counts  # the second run also reads and retires the first


def test_generations_are_thinned_but_what_is_frozen_stays(organisation: Organisation) -> None:
    make(organisation, "Stores", "Trial")
    first = score(on=TODAY - timedelta(days=DAYS + 40))
    make(organisation, "Stores", "Second")
    second = score(on=TODAY - timedelta(days=DAYS + 39))
    make(organisation, "Stores", "Third")
    third = score(on=TODAY)
    assert first is not None and second is not None and third is not None
    frozen = {one.pk for one in (first, second, third) if one.frozen}
    going = [one.pk for one in (first, second) if one.pk not in frozen]
    assert thin(today=TODAY) == len(going)
    assert set(Generation.objects.values_list("pk", flat=True)) == frozen | {third.pk}
    assert set(Score.objects.values_list("generation_id", flat=True)) == frozen | {third.pk}


def test_figures_are_ratios_with_their_interval_around_them(organisation: Organisation) -> None:
    for number in range(6):
        close(make(organisation, "Stores", f"Lost {number}"), ClosureKind.DRIFTED)
        make(organisation, "Stores", f"Open {number}")
    generation = score()
    assert generation is not None
    found = stored(generation)
    assert ((found.low < found.value) & (found.value < found.high)).all()
    assert ((found.low > 0) & (found.high < 1)).all()
    assert np.isfinite(found.value).all()
