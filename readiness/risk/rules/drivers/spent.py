"""Drivers from what is planned, spent and bought. All are opinions. None of their sentences holds an amount."""

from __future__ import annotations

from math import nan

from readiness.core.risk.drivers import opinion
from readiness.risk.choices import DriverDimension
from readiness.risk.rules.drivers.facts import Facts
from readiness.risk.rules.drivers.spec import DriverSpec, share, yes_or_no

_ROUTE = {"separate": 1.0, "in_plan": 0.0}


def infrastructure_share_low(facts: Facts) -> float:
    """1 if infrastructure's share of the planned budget lies below the band, 0 if in it or above; NaN where nobody can tell."""
    return yes_or_no(facts.budget.below)


def spend_ahead_of_progress(facts: Facts) -> float:
    """By how much the share of the budget spent is ahead of the share of the way gone (0..1); NaN where either is unknown."""
    spent, progress = facts.budget.spent, facts.budget.progress
    return nan if spent is None or progress is None else share(min(1.0, spent) - progress, 1.0)


def purchases_out_of_plan(facts: Facts) -> float:
    """Of the purchases of which somebody knows, the share outside the IT plan, by count; NaN without any."""
    return share(facts.purchases.outside, facts.purchases.said)


def separate_procurement(facts: Facts) -> float:
    """The declared route: separate 1, in the plan 0; else NaN."""
    return _ROUTE.get(facts.intake.route, nan)


def silo_finding_open(facts: Facts) -> float:
    """1 with an open finding about what is bought, asked or billed for it, 0 without.

    NaN where nothing is entered that a finding could be about, or nobody has looked.
    """
    silos = facts.silos
    return yes_or_no(silos.open > 0 if silos.rows > 0 and silos.looked is not None else None)


SPENT = (
    DriverSpec(
        opinion("infrastructure_share_low"), "Infrastructure's share is low", DriverDimension.BUDGET, "budget",
        infrastructure_share_low,
        yes="Infrastructure's share of the planned budget is below the band.",
        no="Infrastructure's share of the planned budget is not below the band.",
        unknown="Nobody can tell infrastructure's share of the budget: amounts or categories are missing.",
        action="Plan infrastructure into the budget up to the band.", route="finance:initiative", effort=3.0,
    ),
    DriverSpec(
        opinion("purchases_out_of_plan"), "Purchases outside the plan", DriverDimension.PROCUREMENT, "purchases",
        purchases_out_of_plan,
        yes="{outside} of {said} purchases for it are outside the IT plan; of {unsaid} more nobody knows.",
        no="None of {said} purchases for it is outside the IT plan; of {unsaid} more nobody knows.",
        unknown="Of no purchase for it is known whether it is in the IT plan.",
        action="Bring what was bought outside into the IT plan: {outside}.", route="procurement:initiative", effort=4.0,
        beyond=True,
    ),
    DriverSpec(
        opinion("separate_procurement"), "Bought apart from IT", DriverDimension.PROCUREMENT, "intake", separate_procurement,
        yes="Its infrastructure is declared to be bought apart from the IT plan.",
        no="Its infrastructure is declared to be bought within the IT plan.",
        unknown="Nobody declared by which route its infrastructure is bought.",
        action="Buy its infrastructure within the IT plan.", route="initiatives:edit", effort=6.0,
    ),
    DriverSpec(
        opinion("silo_finding_open"), "Silo finding open", DriverDimension.PROCUREMENT, "silos", silo_finding_open,
        yes="Open silo findings about what is bought for it: {open}.",
        no="No silo finding about what is bought for it is open.",
        unknown="Nothing is entered that a silo finding could be about, or nobody has looked.",
        action="Settle the open silo findings: {open}.", route="procurement:initiative", effort=4.0, beyond=True,
    ),
    DriverSpec(
        opinion("spend_ahead_of_progress"), "Spend ahead of progress", DriverDimension.BUDGET, "budget", spend_ahead_of_progress,
        yes="More of its budget is spent than of its way to production is gone.",
        no="Its spend is not ahead of its progress.",
        unknown="Nobody can tell its spend beside its progress: amounts, stage or milestones are missing.",
        action="Plan the rest of the way again with what is left.", route="finance:initiative", effort=5.0,
    ),
)  # fmt: skip
