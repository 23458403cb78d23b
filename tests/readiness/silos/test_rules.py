"""Each rule on small worlds that were worked out by hand: what it finds, what it leaves, and what it proposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from readiness.silos.choices import ProofTable, Proposal, Utilisation
from readiness.silos.rules.detect import (
    duplicate_capability,
    idle_commitment,
    outside_plan,
    price_tier,
    renewal_due,
    shadow_spend,
    term_overlap,
)
from readiness.silos.rules.settings import Settings
from tests.readiness.silos.worlds import TODAY, asked, billed, bought, ids, pool, queue, quota, tier, world

S = Settings()


class TestOutsideThePlan:
    def test_one_finding_a_unit_vendor_and_capability_with_its_rows_and_their_sum(self) -> None:
        one, two = bought(3, 30_000, in_plan="no"), bought(3, 12_000, in_plan="no")
        other = bought(4, 50_000, in_plan="no")
        first, second = outside_plan.found(world(purchases=[one, two, other]), S.outside_plan)
        assert (ids(first), first.amount, first.unit_ids) == ({one.id, two.id}, Decimal(42_000), (3,))
        assert (ids(second), second.proposal) == ({other.id}, Proposal.BRING_INTO_PLAN)
        assert (first.saving_low, first.saving_high) == (Decimal("0.00"), Decimal("2100.00"))  # 0 and 5 % of 42 000

    @pytest.mark.parametrize("facts", [{"in_plan": "unknown"}, {"in_plan": "yes"}, {"state": "cancelled"}, {"state": "ended"}])
    def test_what_is_unknown_or_over_is_no_finding(self, facts: dict[str, str]) -> None:
        given: dict[str, Any] = {"in_plan": "no"} | facts
        row = bought(3, **given)
        assert outside_plan.found(world(purchases=[row]), S.outside_plan) == []

    def test_a_term_that_ended_yesterday_is_over(self) -> None:
        assert outside_plan.found(world(purchases=[bought(3, in_plan="no", ends_on=date(2026, 6, 14))]), S.outside_plan) == []
        assert len(outside_plan.found(world(purchases=[bought(3, in_plan="no", ends_on=TODAY)]), S.outside_plan)) == 1

    def test_little_together_is_left_and_an_unknown_amount_is_not_little(self) -> None:
        small = [bought(3, 4_999, in_plan="no"), bought(3, 5_000, in_plan="no")]
        assert outside_plan.found(world(purchases=small), S.outside_plan) == []
        (found,) = outside_plan.found(world(purchases=[*small, bought(3, None, in_plan="no")]), S.outside_plan)
        assert (found.amount, found.amount_is_low, len(found.rows)) == (Decimal(9_999), True, 3)
        (found,) = outside_plan.found(world(purchases=[bought(3, None, in_plan="no")]), S.outside_plan)
        assert (found.amount, found.saving_high) == (None, None)


class TestTheSameCapability:
    def found(self, *purchases: object) -> list[object]:
        return list(duplicate_capability.found(world(purchases=purchases), S.duplicate_capability))

    def test_two_children_of_one_unit_meet_at_that_unit(self) -> None:
        stores, web = bought(3, 100_000), bought(4, 60_000, vendor_id=8)
        (found,) = duplicate_capability.found(world(purchases=[stores, web]), S.duplicate_capability)
        assert found.identity == ("capability", "accelerator_compute", "under", "/1/2/")
        assert (ids(found), found.unit_ids, found.amount, found.vendor_id) == (
            {stores.id, web.id},
            (3, 4),
            Decimal(160_000),
            None,
        )
        assert (found.saving_low, found.saving_high) == (Decimal("3000.00"), Decimal("9000.00"))  # 5 and 15 % of 60 000

    def test_sub_units_of_one_branch_count_once_at_the_level_above(self) -> None:
        rows = [bought(3, 100_000), bought(4, 60_000), bought(5, 40_000)]
        by_parent = {one.identity[-1]: one for one in duplicate_capability.found(world(purchases=rows), S.duplicate_capability)}
        assert set(by_parent) == {"/1/2/", "/1/"}
        assert by_parent["/1/"].unit_ids == (3, 4, 5)
        assert by_parent["/1/"].saving_high == Decimal("6000.00")  # Retail as one buyer of 160 000 stays, 15 % of 40 000 joins

    def test_a_unit_and_its_child_are_two_branches(self) -> None:
        (found,) = duplicate_capability.found(world(purchases=[bought(2), bought(3)]), S.duplicate_capability)
        assert found.identity[-1] == "/1/2/"

    def test_other_capabilities_unknown_ones_and_one_buyer_alone_are_no_duplicate(self) -> None:
        assert self.found(bought(3), bought(4, capability="storage")) == []
        assert self.found(bought(3, capability=""), bought(4, capability="")) == []
        assert self.found(bought(3), bought(3)) == []

    @pytest.mark.parametrize(
        ("ends", "starts", "meets"),
        [
            (date(2026, 8, 31), date(2026, 8, 2), True),  # 30 days, both ends counted
            (date(2026, 8, 31), date(2026, 8, 3), False),  # 29 days
            (date(2026, 7, 14), date(2025, 1, 1), True),  # 15 June to 14 July: 30 days from today on
            (date(2026, 7, 13), date(2025, 1, 1), False),
            (None, None, True),  # an open term has begun and does not end
        ],
    )
    def test_terms_meet_from_today_on_by_at_least_so_many_days(self, ends: date | None, starts: date | None, meets: bool) -> None:
        rows = [bought(3, ends_on=ends), bought(4, starts_on=starts, ends_on=None)]
        assert bool(self.found(*rows)) is meets

    def test_a_branch_below_the_least_amount_does_not_count(self) -> None:
        assert self.found(bought(3), bought(4, 24_999)) == []
        assert len(self.found(bought(3), bought(4, 24_999), bought(4, 1))) == 1

    def test_one_contract_that_several_units_buy_under_is_merged_already(self) -> None:
        shared = [bought(3, contract_number="K-1"), bought(4, contract_number="k-1")]
        assert self.found(*shared) == []
        assert (
            self.found(shared[0], replace(shared[1], vendor_id=8)) != []
        )  # the same number of another vendor is another contract
        daughter = replace(shared[1], vendor_id=9, vendor_parent_id=7)
        assert self.found(shared[0], daughter) == []


class TestIdleBesideAQueue:
    def test_an_idle_pool_and_a_request_of_another_unit(self) -> None:
        paid = bought(3, 320_000, committed_quantity=Decimal(16), committed_unit="accelerators")
        idle, wanted = pool(3, purchase_ids=(paid.id,)), asked(5)
        (found,) = idle_commitment.found(world(purchases=[paid], pools=[idle], requests=[wanted]), S.idle_commitment)
        assert (found.identity, found.unit_ids, found.proposal) == (("pool", str(idle.id)), (3, 5), Proposal.TRANSFER)
        assert (found.amount, found.vendor_id) == (Decimal(320_000), 7)
        # 12 of 16 idle, 3.2 stay in reserve, 4 are asked for: 4 x 20 000
        assert (found.saving_low, found.saving_high) == (Decimal(0), Decimal("80000.00"))

    def test_without_a_price_the_asked_amount_is_what_may_be_saved(self) -> None:
        (found,) = idle_commitment.found(world(pools=[pool(3)], requests=[asked(5)]), S.idle_commitment)
        assert (found.amount, found.amount_is_low, found.saving_high) == (None, True, Decimal(80_000))

    def test_a_queue_counts_like_a_request_and_reserve_bounds_what_moves(self) -> None:
        paid = bought(3, 160_000, committed_quantity=Decimal(16), committed_unit="accelerators")
        rows = world(purchases=[paid], pools=[pool(3, purchase_ids=(paid.id,))], queues=[queue(5, 40)])
        (found,) = idle_commitment.found(rows, S.idle_commitment)
        assert found.saving_high == Decimal("88000.00")  # 12 idle less 3.2 reserved = 8.8 at 10 000

    @pytest.mark.parametrize(
        ("held", "saved", "says"),
        [
            ({}, 88_000, "4 of 16 are set aside or granted and move only once they are given back."),
            # 12 idle less 3.2 in reserve, and 6 that nobody holds
            ({"allocated": Decimal(10)}, 60_000, "10 of 16 are set aside or granted"),
            ({"allocated": Decimal(6), "committed": Decimal(4)}, 60_000, "that would be 2.8 more than is counted"),
            ({"allocated": Decimal(16)}, 0, "nothing can move today, and nothing is counted; 8.8 could, if they were"),
            ({"allocated": Decimal(10), "committed": Decimal(16)}, 0, "26 of 16 are set aside or granted"),
        ],
    )
    def test_what_is_promised_to_somebody_is_idle_and_not_free(self, held: dict[str, Decimal], saved: int, says: str) -> None:
        paid = bought(3, 160_000, committed_quantity=Decimal(16), committed_unit="accelerators")
        one = pool(3, purchase_ids=(paid.id,), **held)
        (found,) = idle_commitment.found(world(purchases=[paid], pools=[one], queues=[queue(5, 40)]), S.idle_commitment)
        assert (found.saving_low, found.saving_high) == (Decimal(0), Decimal(saved))
        assert says in " ".join(found.assumptions)

    def test_asked_amounts_count_by_what_of_them_can_be_served(self) -> None:
        def saved(**facts: Any) -> Decimal | None:
            rows = world(pools=[pool(3, **facts)], requests=[asked(5), asked(5, quantity=None, amount=Decimal(10_000))])
            (found,) = idle_commitment.found(rows, S.idle_commitment)
            assert any("stand in for it, where they are known" in said for said in found.assumptions)
            return found.saving_high

        assert saved() == Decimal(90_000)
        assert saved(allocated=Decimal(13)) == Decimal("70000.00")  # 3 of the 4 that 80 000 are asked for, and 10 000
        assert saved(allocated=Decimal(16)) == Decimal(0)

    def test_a_pool_that_nobody_holds_anything_of_assumes_nothing_about_holders(self) -> None:
        rows = world(pools=[pool(3, allocated=Decimal(0))], requests=[asked(5)])
        (found,) = idle_commitment.found(rows, S.idle_commitment)
        assert "granted" not in " ".join(found.assumptions)

    def test_a_quota_that_a_provider_has_not_granted_is_a_queue(self) -> None:
        wanted = quota(5, 6)
        (found,) = idle_commitment.found(world(pools=[pool(3)], queues=[wanted]), S.idle_commitment)
        assert [(row.table, row.id, row.unit_id) for row in found.rows[1:]] == [(ProofTable.QUOTA, wanted.id, 5)]
        assert idle_commitment.found(world(pools=[pool(3)], queues=[quota(3, 6)]), S.idle_commitment) == []
        assert idle_commitment.found(world(pools=[pool(3)], queues=[quota(5, 6, "storage")]), S.idle_commitment) == []

    @pytest.mark.parametrize(
        ("facts", "standing"),
        [
            ({"utilisation": None}, Utilisation.UNKNOWN),
            ({"utilisation_age_days": None}, Utilisation.UNKNOWN),
            ({"size": None}, Utilisation.UNKNOWN),
            ({"coverage": None}, Utilisation.UNKNOWN),
            ({"coverage": 0.49}, Utilisation.UNKNOWN),
            ({"coverage": 0.50}, Utilisation.IDLE),
            ({"utilisation_age_days": 30}, Utilisation.IDLE),
            ({"utilisation_age_days": 31}, Utilisation.STALE),
            ({"utilisation": 0.39}, Utilisation.IDLE),
            ({"utilisation": 0.40}, Utilisation.USED),
            ({"size": Decimal(1)}, Utilisation.USED),  # 0.75 of one accelerator is no transfer
        ],
    )
    def test_only_a_fresh_measurement_of_enough_says_idle(self, facts: dict[str, object], standing: Utilisation) -> None:
        one = pool(3, **facts)
        assert idle_commitment.standing(one, S.idle_commitment) is standing
        found = idle_commitment.found(world(pools=[one], requests=[asked(5)]), S.idle_commitment)
        assert bool(found) is (standing is Utilisation.IDLE)

    @pytest.mark.parametrize("state", ["ordered", "declined", "withdrawn"])
    def test_nobody_waits_who_has_an_answer(self, state: str) -> None:
        assert idle_commitment.found(world(pools=[pool(3)], requests=[asked(5, state=state)]), S.idle_commitment) == []

    def test_ones_own_request_and_another_capability_are_no_silo(self) -> None:
        rows = world(pools=[pool(3)], requests=[asked(3), asked(5, capability="storage"), asked(5, capability="")])
        assert idle_commitment.found(rows, S.idle_commitment) == []


class TestContractsAboveATier:
    def test_together_they_reach_what_none_reaches_alone(self) -> None:
        rows = [bought(3, 400_000), bought(5, 300_000)]
        (found,) = price_tier.found(world(purchases=rows, tiers=[tier(500_000, "0.10")]), S.price_tier)
        assert (found.amount, found.unit_ids, found.vendor_id) == (Decimal(700_000), (3, 5), 7)
        assert (found.saving_low, found.saving_high) == (Decimal("30000.00"), Decimal("70000.00"))

    def test_one_that_reaches_it_alone_needs_no_other(self) -> None:
        rows = [bought(3, 500_000), bought(5, 300_000)]
        assert price_tier.found(world(purchases=rows, tiers=[tier(500_000, "0.10")]), S.price_tier) == []
        (found,) = price_tier.found(world(purchases=rows, tiers=[tier(500_000, "0.10"), tier(800_000, "0.2")]), S.price_tier)
        assert found.saving_high == Decimal("160000.00")

    def test_a_vendor_and_its_parent_are_one(self) -> None:
        rows = [bought(3, 300_000), bought(5, 300_000, vendor_id=9, vendor_parent_id=7)]
        assert len(price_tier.found(world(purchases=rows, tiers=[tier(500_000, "0.1")]), S.price_tier)) == 1
        daughters = tier(500_000, "0.1", vendor_id=9, vendor_parent_id=7)
        assert len(price_tier.found(world(purchases=rows, tiers=[daughters]), S.price_tier)) == 1

    def test_they_start_within_a_year(self) -> None:
        tiers = [tier(500_000, "0.1")]
        near = [bought(3, 300_000), bought(5, 300_000, starts_on=date(2026, 12, 31))]
        far = [bought(3, 300_000), bought(5, 300_000, starts_on=date(2027, 1, 1), ends_on=None)]
        assert len(price_tier.found(world(purchases=near, tiers=tiers), S.price_tier)) == 1
        assert price_tier.found(world(purchases=far, tiers=tiers), S.price_tier) == []

    def test_calls_under_one_contract_are_one_and_what_is_bought_at_the_tier_already_gains_nothing(self) -> None:
        tiers = [tier(500_000, "0.1")]
        calls = [bought(3, 300_000, contract_number="K"), bought(5, 300_000, contract_number="k")]
        assert price_tier.found(world(purchases=calls, tiers=tiers), S.price_tier) == []
        there = [bought(3, 300_000, discount=Decimal("0.1")), bought(5, 300_000, discount=Decimal("0.1"))]
        assert price_tier.found(world(purchases=there, tiers=tiers), S.price_tier) == []

    def test_a_tier_of_a_capability_or_a_product_counts_what_it_is_about(self) -> None:
        rows = [bought(3, 300_000), bought(5, 300_000, capability="storage", product_id=4)]
        assert price_tier.found(world(purchases=rows, tiers=[tier(500_000, "0.1", capability="storage")]), S.price_tier) == []
        both = [bought(3, 300_000, product_id=4), bought(5, 300_000, product_id=4), bought(5, 300_000)]
        (found,) = price_tier.found(world(purchases=both, tiers=[tier(500_000, "0.1", product_id=4)]), S.price_tier)
        assert ids(found) == {both[0].id, both[1].id}
        assert found.identity[-2:] == ("product", "4")

    def test_a_tier_by_year_counts_a_long_contract_by_its_year(self) -> None:
        rows = [bought(3, 600_000, ends_on=date(2027, 12, 31)), bought(5, 100_000)]  # 600 000 over 730 days
        assert price_tier.found(world(purchases=rows, tiers=[tier(500_000, "0.1", per_year=True)]), S.price_tier) == []
        assert len(price_tier.found(world(purchases=rows, tiers=[tier(400_000, "0.1", per_year=True)]), S.price_tier)) == 1


class TestShadowSpend:
    def found(self, *rows: object, **more: object) -> list[object]:
        return list(shadow_spend.found(world(billing=rows, **more), S.shadow_spend))

    def test_spend_without_a_purchase_by_unit_vendor_and_account(self) -> None:
        rows = [billed(3, "1500.00"), billed(3, "700.00", date(2026, 4, 1)), billed(4, "999.99")]
        (found,) = shadow_spend.found(world(billing=rows), S.shadow_spend)
        assert (ids(found), found.amount, found.unit_ids) == ({rows[0].item_id, rows[1].item_id}, Decimal("2200.00"), (3,))
        assert (found.saving_low, found.saving_high) == (Decimal("0.00"), Decimal("1320.00"))  # 10 % of 13 200 a year

    def test_credits_are_netted_by_month(self) -> None:
        assert self.found(billed(3, "1500"), billed(3, "-501")) == []
        assert len(self.found(billed(3, "1500"), billed(3, "-500"))) == 1
        assert len(self.found(billed(3, "1500"), billed(3, "-1500", date(2026, 4, 1)))) == 1

    def test_what_is_used_under_a_commitment_is_billed_at_nothing_and_still_spend(self) -> None:
        (found,) = shadow_spend.found(world(billing=[billed(3, "0", effective=Decimal(2_000))]), S.shadow_spend)
        assert found.amount == Decimal(2_000)
        (found,) = shadow_spend.found(world(billing=[billed(3, "3000", effective=None)]), S.shadow_spend)
        assert found.amount == Decimal(3_000)

    def test_what_nobody_knows_is_not_taken_for_little(self) -> None:
        (found,) = shadow_spend.found(world(billing=[billed(3, None)]), S.shadow_spend)
        assert (found.amount, found.amount_is_low) == (None, True)

    def test_other_capabilities_unmapped_and_old_spend_are_no_shadow(self) -> None:
        assert self.found(billed(3, "5000", capability="general_compute")) == []
        assert self.found(billed(3, "5000", capability="")) == []
        assert self.found(billed(3, "5000", date(2025, 6, 1))) == []
        assert len(self.found(billed(3, "5000", date(2025, 7, 1)))) == 1  # the twelfth month counted from June 2026 back

    def test_a_purchase_covers_its_account_and_the_sub_accounts_during_its_term(self) -> None:
        row = billed(3, "5000", sub_account_id="S-1")
        covers: dict[str, Any] = {"capability": "storage", "vendor_id": 99}
        whole = bought(5, billing_account_id="A-1", **covers)
        assert self.found(row, purchases=[whole]) == []
        assert self.found(row, purchases=[bought(5, billing_account_id="A-1", sub_account_id="S-1", **covers)]) == []
        assert len(self.found(row, purchases=[bought(5, billing_account_id="A-1", sub_account_id="S-2", **covers)])) == 1
        assert len(self.found(row, purchases=[replace(whole, ends_on=date(2026, 4, 30))])) == 1
        assert self.found(row, purchases=[replace(whole, ends_on=date(2026, 5, 1))]) == []
        assert len(self.found(row, purchases=[replace(whole, state="cancelled")])) == 1

    def test_a_purchase_without_accounts_covers_its_unit_vendor_and_capability(self) -> None:
        row = billed(3, "5000")
        assert self.found(row, purchases=[bought(3, capability="model_api")]) == []
        assert self.found(row, purchases=[bought(3, capability="")]) == []  # a frame for whatever the vendor sells
        assert len(self.found(row, purchases=[bought(4, capability="model_api")])) == 1
        assert len(self.found(row, purchases=[bought(3, capability="storage")])) == 1
        assert len(self.found(row, purchases=[bought(3, capability="model_api", billing_account_id="B-9")])) == 1
        assert self.found(billed(3, "5000", purchase_id=1)) == []


class TestTermsThatOverlap:
    def found(self, *purchases: object) -> list[object]:
        return list(term_overlap.found(world(purchases=purchases), S.term_overlap))

    def test_the_new_term_has_begun_before_the_old_one_ended(self) -> None:
        old = bought(3, 36_500, product_id=4, starts_on=date(2025, 10, 1), ends_on=date(2026, 9, 30))
        new = bought(3, 73_000, product_id=4, starts_on=date(2026, 7, 1), ends_on=date(2027, 6, 30))
        (found,) = term_overlap.found(world(purchases=[old, new]), S.term_overlap)
        assert (ids(found), found.proposal, found.due_on) == ({old.id, new.id}, Proposal.LET_LAPSE, date(2026, 9, 30))
        assert (found.saving_low, found.saving_high) == (Decimal(0), Decimal("9200.00"))  # 92 days at 100 a day

    def test_other_products_vendors_units_and_contract_numbers_of_one_agreement(self) -> None:
        one = bought(3, product_id=4)
        assert self.found(one, bought(3, product_id=5)) == []
        assert self.found(one, bought(3, product_id=4, vendor_id=8)) == []
        assert self.found(one, bought(4, product_id=4)) == []
        assert self.found(bought(3, contract_number="K"), bought(3, contract_number="k")) == []
        assert self.found(bought(3), bought(3, kind="billing_account")) == []
        assert len(self.found(bought(3), bought(3))) == 1  # no product known: the capability is what is bought twice

    def test_a_handover_of_some_days_is_none(self) -> None:
        old = bought(3, ends_on=date(2026, 7, 13))
        assert self.found(old, bought(3)) == []
        assert len(self.found(replace(old, ends_on=date(2026, 7, 14)), bought(3))) == 1


class TestRenewalsDue:
    def due(self, **facts: Any) -> bool:
        return bool(renewal_due.found(world(purchases=[bought(3, **facts)]), S.renewal_due))

    def test_by_the_notice_day_or_else_the_end(self) -> None:
        (found,) = renewal_due.found(
            world(purchases=[bought(3, 50_000, notice_on=date(2026, 7, 1), ends_on=date(2026, 9, 30))]), S.renewal_due
        )
        assert (found.due_on, found.saving_low, found.saving_high) == (date(2026, 7, 1), Decimal(0), Decimal(50_000))
        assert found.identity[-1] == "2026-09-30"
        assert self.due(ends_on=date(2026, 9, 13))  # 90 days
        assert not self.due(ends_on=date(2026, 9, 14))

    def test_what_is_too_late_over_small_or_ends_by_itself(self) -> None:
        soon = date(2026, 7, 1)
        assert not self.due(notice_on=date(2026, 6, 14), ends_on=soon)
        assert self.due(notice_on=TODAY, ends_on=soon)
        assert not self.due(ends_on=soon, renews="no")
        assert not self.due(ends_on=soon, state="planned")
        assert not self.due(amount=9_999, ends_on=soon)
        assert self.due(amount=None, ends_on=soon)
        assert not self.due(ends_on=None)

    def test_a_long_term_is_told_by_its_year(self) -> None:
        rows = [bought(3, 73_000, starts_on=date(2024, 7, 1), ends_on=date(2026, 6, 30))]  # 730 days
        (found,) = renewal_due.found(world(purchases=rows), S.renewal_due)
        assert found.saving_high == Decimal("36500.00")
