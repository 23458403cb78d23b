"""What holds for every world: identities, order, speed; and the figures beside the rules against slow or hand-made ones."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.silos.choices import FindingKind, FindingState, FindingStep, ProofTable, Proposal
from readiness.silos.rules.detect import detect
from readiness.silos.rules.fragmentation import fragmentation, plan_share
from readiness.silos.rules.lifecycle import Kept, has_grown, seen_again
from readiness.silos.rules.quotas import Quota, waiting
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.terms import meeting, overlap_days
from readiness.silos.rules.tuning import KNOBS, BadSetting, as_written, settings_of, tuned
from readiness.silos.rules.whatif import Picked, brought_into_plan, outcome
from readiness.silos.rules.world import PurchaseRow, World
from tests.readiness.silos.worlds import PATHS, TODAY, asked, billed, bought, pool, queue, tier, world

SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(1, 40)), max_size=25)


@given(SPANS, st.integers(1, 20))
def test_meeting_finds_what_comparing_everything_with_everything_finds(rows: list[tuple[int, int, int]], least: int) -> None:
    items = [(number, side, (start, start + length)) for number, (side, start, length) in enumerate(rows)]
    slow = [
        one for one in items if any(one[1] != other[1] and overlap_days(one[2], other[2]) >= least for other in items)
    ]  # fmt: skip
    assert meeting(items, side=lambda item: item[1], during=lambda item: item[2], least_days=least) == slow


def _everything() -> World:
    return world(
        purchases=[bought(3, in_plan="no"), bought(4), bought(5), bought(3, ends_on=date(2026, 8, 1))],
        billing=[billed(3, "5000"), billed(5, "800")], pools=[pool(3)], requests=[asked(5)], queues=[queue(4)],
        tiers=[tier(150_000, "0.1")],
    )  # fmt: skip


def test_every_kind_is_found_once_each_with_an_identity_of_its_own() -> None:
    found = detect(_everything(), Settings())
    assert {one.kind for one in found} == set(FindingKind)
    assert len({(one.kind, one.identity) for one in found}) == len(found)


def test_an_identity_does_not_follow_amounts_or_the_order_of_rows() -> None:
    before = _everything()
    dearer = [PurchaseRow(**{name: getattr(row, name) for name in row.__dataclass_fields__} | {"amount": (row.amount or 0) + 1})
              for row in reversed(before.purchases)]  # fmt: skip
    after = World(TODAY, tuple(dearer), before.billing[::-1], before.requests, before.pools, before.tiers, before.queues)
    identities = [{(one.kind, one.identity) for one in detect(rows, Settings())} for rows in (before, after)]
    assert identities[0] == identities[1]


def test_ten_thousand_purchases_of_one_vendor_and_two_hundred_thousand_bills_take_seconds() -> None:
    rng = Random(6)
    purchases = tuple(
        bought(
            rng.choice(list(PATHS)), rng.randint(1_000, 400_000), in_plan=rng.choice(("yes", "no", "unknown")),
            starts_on=TODAY - timedelta(days=rng.randint(0, 700)), ends_on=TODAY + timedelta(days=rng.randint(-90, 900)),
        )
        for _ in range(10_000)
    )  # fmt: skip
    months = [date(2026, month, 1) for month in range(1, 6)]
    bills = tuple(
        billed(rng.choice(list(PATHS)), "12.34", rng.choice(months), sub_account_id=f"S-{number % 500}")
        for number in range(200_000)
    )
    big = World(TODAY, purchases, bills, tiers=(tier(1_000_000, "0.1"), tier(5_000_000, "0.2")))
    began = time.process_time()
    found = detect(big, Settings())
    took = time.process_time() - began
    print(f"10,000 purchases of one vendor and 200,000 months of bills: {len(found)} findings in {took:.2f} s")  # noqa: T201
    assert took < 10  # one second alone on a machine; a busy one with a debugger is no failure, a quadratic loop is


class TestHowFindingsLive:
    @pytest.mark.parametrize(
        ("state", "judged", "amount", "then", "step"),
        [
            (FindingState.DISMISSED, 100_000, 124_999, FindingState.DISMISSED, None),
            (FindingState.DISMISSED, 100_000, 125_000, FindingState.OPEN, FindingStep.REOPENED),
            (FindingState.DONE, 100_000, 200_000, FindingState.OPEN, FindingStep.REOPENED),
            (FindingState.DISMISSED, 1_000, 9_000, FindingState.DISMISSED, None),  # a lot more of little
            (FindingState.DISMISSED, None, 10_000, FindingState.OPEN, FindingStep.REOPENED),  # it was unknown
            (FindingState.DISMISSED, 100_000, None, FindingState.DISMISSED, FindingStep.CHANGED),
            (FindingState.ACCEPTED, 100_000, 200_000, FindingState.ACCEPTED, FindingStep.CHANGED),
            (FindingState.OPEN, None, 50_000, FindingState.OPEN, FindingStep.CHANGED),
        ],
    )
    def test_a_judgement_holds_until_it_grows_materially(
        self, state: FindingState, judged: int | None, amount: int | None, then: FindingState, step: FindingStep | None
    ) -> None:
        money = None if judged is None else Decimal(judged)
        now = None if amount is None else Decimal(amount)
        before = now if step is None else money
        told = seen_again(Kept(state, True, before, money, "a"), now, "b")
        assert (told.state, told.step, told.changed) == (then, step, True)

    def test_what_was_done_went_and_came_back_is_open_again(self) -> None:
        amount = Decimal(5)
        back = seen_again(Kept(FindingState.DONE, False, amount, amount, "a"), amount, "a")
        assert (back.state, back.step) == (FindingState.OPEN, FindingStep.RETURNED)
        still = seen_again(Kept(FindingState.DISMISSED, False, amount, amount, "a"), amount, "a")
        assert (still.state, still.step) == (FindingState.DISMISSED, FindingStep.RETURNED)
        assert not seen_again(Kept(FindingState.DONE, True, amount, amount, "a"), amount, "a").changed

    def test_growth_is_a_quarter_and_enough_of_it(self) -> None:
        assert has_grown(Decimal(40_000), Decimal(50_000))
        assert not has_grown(Decimal(41_000), Decimal(50_000))
        assert not has_grown(Decimal(50_000), None)


class TestFragmentation:
    def test_equal_buyers_and_one_buyer(self) -> None:
        four = fragmentation([(number, Decimal(25)) for number in range(4)])
        assert four is not None
        assert (four.index, four.effective, four.parties) == (0.75, 4.0, 4)
        one = fragmentation([("a", Decimal(3)), ("a", Decimal(4)), ("b", None)])
        assert one is not None
        assert (one.index, one.effective, one.left_out) == (0.0, 1.0, 1)
        assert fragmentation([("a", None), ("b", Decimal(0))]) is None

    def test_the_share_of_the_plan_keeps_unknown_apart(self) -> None:
        share = plan_share([("yes", 3, Decimal(60), 0), ("no", 5, Decimal(30), 1), ("unknown", 2, Decimal(10), 0)])
        assert (share.known, share.total, share.priceless, share.amount) == (8, 10, 1, Decimal(100))
        assert share.outside_range() == (0.5, 0.7)
        assert share.inside_amount_range() == (0.6, 0.7)


class TestWhatIf:
    def picked(self, pk: int, high: int | None, rows: dict[int, int | None], **facts: object) -> Picked:
        low = None if high is None else Decimal(0)
        return Picked(
            pk, facts.get("proposal", Proposal.MERGE), low, None if high is None else Decimal(high), frozenset({pk}),  # type: ignore[arg-type]
            {(ProofTable.PURCHASE, row): None if amount is None else Decimal(amount) for row, amount in rows.items()},
        )  # fmt: skip

    def test_a_row_counts_once_and_of_findings_that_share_one_the_larger_saving(self) -> None:
        told = outcome([self.picked(1, 10, {1: 100, 2: 50}), self.picked(2, 30, {2: 50, 3: 70}), self.picked(3, 5, {9: None})])
        assert (told.findings, told.rows, told.units, told.spend) == (3, 4, 3, Decimal(220))
        assert (told.saving_high, told.overlapping, told.unknown_amounts) == (Decimal(35), 1, 1)
        assert (told.spend_after_low, told.spend_after_high) == (Decimal(185), Decimal(220))

    def test_what_is_brought_into_the_plan_moves_its_share(self) -> None:
        before = plan_share([("yes", 1, Decimal(10), 0), ("no", 2, Decimal(20), 0), ("unknown", 1, Decimal(5), 0)])
        after = brought_into_plan(before, [("no", Decimal(12)), ("unknown", None)])
        assert (after.inside, after.outside, after.unknown) == (3, 1, 0)
        assert (after.inside_amount, after.outside_amount, after.unknown_amount) == (Decimal(22), Decimal(8), Decimal(5))


class TestTuning:
    def test_every_figure_has_a_knob_with_a_reason_and_reads_back_as_it_was_written(self) -> None:
        for kind in FindingKind:
            written = as_written(kind, Settings())
            assert set(written) == {knob.name for knob in KNOBS[kind]}
            assert tuned(kind, written) == getattr(Settings(), kind.value)
            assert all(knob.why for knob in KNOBS[kind])

    @pytest.mark.parametrize(
        ("name", "value"),
        [("max_age_days", "ten"), ("max_age_days", 0), ("max_age_days", 1.5), ("reserve", 1.1), ("reserve", "NaN"), ("depth", 1)],
    )
    def test_nonsense_is_refused_by_name(self, name: str, value: object) -> None:
        with pytest.raises(BadSetting) as problem:
            settings_of({"idle_commitment": {name: value}})
        assert problem.value.name == name

    def test_the_least_saving_is_not_above_the_most(self) -> None:
        with pytest.raises(BadSetting):
            tuned(FindingKind.OUTSIDE_PLAN, {"saving_low": "0.2"})


class TestQuotas:
    @staticmethod
    def of(
        pk: int, requested: float | None, granted: float | None, state: str = "candidate", function: str = "training"
    ) -> Quota:
        return Quota(pk, 1, function, state, requested, granted)

    def test_the_same_need_asked_for_at_two_places_waits_once(self) -> None:
        rows = [self.of(1, 8, 2), self.of(2, 24, 9), self.of(3, 24, 9), self.of(4, 8, 0, function="inference")]
        assert waiting(rows) == ([rows[1], rows[3]], 0)

    def test_what_was_chosen_decides_and_what_was_rejected_says_nothing(self) -> None:
        assert waiting([self.of(1, 24, 0), self.of(2, 8, 8, "chosen")]) == ([], 0)
        assert waiting([self.of(1, 24, 0, "rejected")]) == ([], 0)
        short = self.of(2, 8, 6, "chosen")
        assert waiting([self.of(1, 24, 0), short]) == ([short], 0)

    @pytest.mark.parametrize(
        ("requested", "granted", "unknown"), [(8, None, 1), (None, 8, 0), (None, None, 0), (0, None, 0), (8, 9, 0)]
    )
    def test_what_nobody_knows_is_counted_and_never_a_queue(
        self, requested: float | None, granted: float | None, unknown: int
    ) -> None:
        assert waiting([self.of(1, requested, granted)]) == ([], unknown)
