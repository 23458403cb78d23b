"""Past months reconstructed from dated history, and kept figures scored, on real tables."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Closure, Initiative, StageEntry
from portfolio.initiatives.services.demo import load_demo
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from portfolio.kit import clock
from readiness.risk.models import Backtest, Generation, ModelVersion, Score, Shown
from readiness.risk.queries.scores import newest_version, stored
from readiness.risk.services.backtesting import run_backtest
from readiness.risk.services.housekeeping import thin
from readiness.risk.services.reconstructing import firsts, reconstruct
from readiness.risk.services.scoring import score_now
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


@pytest.fixture
def demo(organisation: Organisation) -> list[Generation]:
    load_demo(by=SYSTEM, count=60, seed=1, today=TODAY)
    return reconstruct(demo=True, today=TODAY)


def figures(generations: list[Generation]) -> dict[date, Any]:
    return {one.on: stored(one) for one in generations}


def kept() -> list[Generation]:
    return list(Generation.objects.filter(reconstructed=True).select_related("version").order_by("on"))


def figures_of(months: int) -> dict[str, Any]:
    row = Backtest.objects.filter(demo=True, horizon_months=months).first()
    assert row is not None
    found: dict[str, Any] = row.figures
    return found


def test_months_are_the_last_ones_before_this_month() -> None:
    assert [str(day) for day in firsts(date(2026, 2, 14), 3)] == ["2025-11-01", "2025-12-01", "2026-01-01"]


def test_each_past_month_gets_the_figures_of_who_was_in_flight_then(demo: list[Generation]) -> None:
    assert [one.on for one in demo] == firsts(TODAY, 18)
    assert all(one.reconstructed and not one.frozen and not one.current for one in demo)
    assert [one.version.number for one in demo] == list(range(1, 19))
    first = stored(demo[0])
    assert np.isnan(first.answers).all()
    assert 10 < len(first) < 60
    assert newest_version(demo=True) is None, "a reconstructed fit is never in use"
    closed = set(Closure.objects.filter(closed_on__lt=demo[-1].on).values_list("initiative_id", flat=True))
    assert closed
    assert not closed & set(stored(demo[-1]).initiative_id.tolist())


def test_what_is_recorded_later_changes_no_past_figure(demo: list[Generation], organisation: Organisation) -> None:
    before = figures(demo)
    open_ = list(Initiative.objects.filter(demo=True, status="active", stage__key__in=("poc", "pilot")).order_by("id")[:6])
    for row, days in zip(open_[:4], (0, 10, 40, 70), strict=True):
        close_initiative(
            by=SYSTEM, initiative=row, kind=ClosureKind.STOPPED, reason=ReasonCode.COST, lesson="Ask earlier.",
            closed_on=TODAY - timedelta(days=days),
        )  # fmt: skip
    for row in open_[4:]:
        move_stage(by=SYSTEM, initiative=row, stage=row.lifecycle.stages.get(kind="production"), on=TODAY - timedelta(days=40))
    Initiative.objects.filter(demo=True).update(developed_by="contract", rag="red")
    assert reconstruct(demo=True, today=TODAY) == []
    for on, scores in figures(kept()).items():
        assert (scores.value == before[on].value).all()
        assert (scores.low == before[on].low).all()


def test_a_correction_of_the_past_itself_replaces_the_month(demo: list[Generation]) -> None:
    closure = Closure.objects.filter(kind="stopped_by_decision", closed_on__gt=date(2025, 3, 1)).first()
    assert closure is not None
    Closure.objects.filter(pk=closure.pk).update(closed_on=date(2025, 1, 5))
    again = reconstruct(demo=True, today=TODAY)
    assert again
    assert len(kept()) == 18
    assert Score.objects.count() == sum(one.seen for one in kept())


def test_months_with_frozen_figures_are_left_alone_and_housekeeping_keeps_the_others(demo: list[Generation]) -> None:
    taken = demo[3].on
    Generation.objects.filter(pk=demo[3].pk).update(reconstructed=False, frozen=True)
    assert reconstruct(demo=True, today=TODAY) == []
    assert Generation.objects.filter(on=taken).count() == 1
    thin(today=TODAY)
    assert Generation.objects.count() == 18


def test_the_real_portfolio_and_the_demo_never_mix(demo: list[Generation], organisation: Organisation) -> None:
    assert reconstruct(demo=False, today=TODAY) == []
    assert run_backtest(demo=False, today=TODAY, now=clock.now())[0].figures["reconstructed"] == {"next": None, "kept": 0}
    assert not Backtest.objects.filter(demo=True).exists()


def test_kept_figures_are_scored_by_horizon_and_no_outcome_twice(demo: list[Generation]) -> None:
    first = run_backtest(demo=True, today=TODAY, now=clock.now())
    assert [row.horizon_months for row in first] == [6, 12]
    half, year = figures_of(6), figures_of(12)
    assert half["frozen"] == {"next": None, "kept": 0}
    found = half["reconstructed"]
    assert found["all"]["days"] == ["2024-12-01", "2025-06-01", "2025-12-01"]
    assert year["reconstructed"]["all"]["days"] == ["2025-06-01"]
    assert [one["on"] for one in found["drift"]] == [str(day) for day in firsts(TODAY, 18) if day <= date(2025, 12, 30)]
    assert found["next"] == "2026-07-01"
    every = found["all"]
    assert every["forecasts"] + sum(every["left_out"].values()) == sum(every["became"].values())
    assert every["abandoned"] == sum(every["became"].get(kind, 0) for kind in ("stopped", "drifted", "abandoned_unknown"))
    assert every["abandoned"] > 0
    assert sum(one["whole"] for one in every["scores"]["bins"]) == every["forecasts"]
    assert every["scores"]["skills"]["status"] is None
    assert found["shuffle"] is None, "no driver is known in them"
    assert found["shown"]["forecasts"] == 0
    assert run_backtest(demo=True, today=TODAY, now=clock.now()) == [], "the same figures make no new row"


def test_the_outcome_is_the_closure_within_the_horizon(demo: list[Generation]) -> None:
    run_backtest(demo=True, today=TODAY, now=clock.now())
    on, over = date(2025, 6, 1), date(2026, 6, 1)
    ids = stored(next(one for one in demo if one.on == on)).initiative_id.tolist()
    ended = Closure.objects.filter(initiative__in=ids, closed_on__gte=on, closed_on__lte=over)
    stopped = ended.filter(kind="stopped_by_decision").values_list("initiative_id", flat=True)
    produced = StageEntry.objects.filter(initiative__in=ids, stage__kind="production", entered_on__lte=over)
    made_it = set(produced.values_list("initiative_id", flat=True))
    became = figures_of(12)["reconstructed"]["all"]["became"]
    assert became.get("stopped", 0) == len(set(stopped) - made_it)
    assert became.get("produced", 0) == len(made_it)


def test_figures_that_deciders_saw_are_told_apart(demo: list[Generation]) -> None:
    ids = stored(demo[5]).initiative_id.tolist()[:9]
    for pk in ids:
        Shown.objects.create(initiative_id=pk, occasion="review", about=1, on=date(2025, 6, 1), figure={})
    run_backtest(demo=True, today=TODAY, now=clock.now())
    found = figures_of(6)["reconstructed"]
    assert 0 < found["shown"]["initiatives"] <= 9
    assert found["shown"]["forecasts"] + found["not_shown"]["forecasts"] == found["all"]["forecasts"]


def test_frozen_figures_are_scored_apart_with_the_status_that_the_trail_kept(demo: list[Generation]) -> None:
    generation = next(one for one in demo if one.on == date(2025, 12, 1))
    Generation.objects.filter(pk=generation.pk).update(reconstructed=False, frozen=True)
    run_backtest(demo=True, today=TODAY, now=clock.now())
    found = figures_of(6)
    assert found["frozen"]["all"]["days"] == ["2025-12-01"]
    assert found["reconstructed"]["all"]["days"] == ["2025-05-01", "2025-11-01"]
    assert found["frozen"]["shuffle"] is None, "drivers have no part in these figures"
    assert figures_of(12)["frozen"] == {"next": "2026-12-01", "kept": 1}


def test_the_demo_of_sixty_costs_less_than_three_seconds(organisation: Organisation) -> None:
    load_demo(by=SYSTEM, count=60, seed=1, today=TODAY)
    began = time.process_time()
    reconstruct(demo=True, today=TODAY)
    run_backtest(demo=True, today=TODAY, now=clock.now())
    assert time.process_time() - began < 3


def test_the_command_says_what_it_made(organisation: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    load_demo(by=SYSTEM, count=30, seed=1, today=clock.today())
    call_command("reconstruct_risk", "--months", "8", "--demo")
    assert "8 months reconstructed" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("reconstruct_risk", "--months", "0")


def test_scoring_after_a_reconstruction_fits_a_version_of_its_own(demo: list[Generation]) -> None:
    made = score_now(demo=True, why="test", today=TODAY, now=clock.now())
    assert made is not None
    assert not made.version.reconstructed
    assert made.version.number == 1
    assert ModelVersion.objects.filter(reconstructed=True).count() == 18
