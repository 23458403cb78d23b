"""Drivers from people, gates, milestones and time. All are opinions."""

from __future__ import annotations

from math import nan

from readiness.core.risk.drivers import opinion
from readiness.risk.choices import DriverDimension
from readiness.risk.rules.drivers.facts import Facts
from readiness.risk.rules.drivers.spec import DriverSpec, share, yes_or_no

COHORT_LEAST = 10  # ended stays without which a stay is not compared
ROLES = ("sponsor", "IT operations", "data science", "business")


def time_in_stage(facts: Facts) -> float:
    """Share of the cohort that is no longer in this stage at this age, by its curve: a rank in the cohort, no points for age.

    NaN with fewer than 10 ended stays, without a date, in an unknown stage, in production and after a closure. Stays that still
    run are at risk and not over (Aalen-Johansen with delayed entry, core.risk.cohort).
    """
    stay = facts.stay
    return nan if stay.days is None or stay.ended < COHORT_LEAST else min(1.0, max(0.0, stay.gone))


def sponsor_or_function_missing(facts: Facts) -> float:
    """Of sponsor, IT operations, data science and business the share that nobody stands for; NaN where nobody was asked."""
    people = facts.people
    return share(len(ROLES) - people.named, len(ROLES)) if people.asked else nan


def gate_condition_open(facts: Facts) -> float:
    """1 with an open condition of a decision, 0 without; NaN where no decision of a gate stands."""
    return yes_or_no(facts.gates.open > 0 if facts.gates.decisions > 0 else None)


def gate_condition_overdue(facts: Facts) -> float:
    """Of the open conditions the share that is overdue, 0 without open ones; NaN where no decision of a gate stands."""
    gates = facts.gates
    return nan if gates.decisions <= 0 else share(gates.overdue, gates.open) if gates.open > 0 else 0.0


def waiver_active(facts: Facts) -> float:
    """1 with a waiver in force, 0 without; NaN without one where no gate review was opened yet."""
    return yes_or_no(True if facts.gates.waivers > 0 else False if facts.gates.reviews > 0 else None)


def dates_slipped(facts: Facts) -> float:
    """Of the milestones with a date the share that was moved or not done by its day; NaN without any."""
    return share(facts.dates.slipped, facts.dates.dated)


TIME = (
    DriverSpec(
        opinion("time_in_stage"), "Long in its stage", DriverDimension.PROGRESS, "stay", time_in_stage,
        yes="In {stage} for {days} days: {over} of {ended} ended stays in this stage were over by then.",
        no="In {stage} for {days} days: none of {ended} ended stays in this stage was over by then.",
        unknown="Its time in the stage cannot be compared: the stage or its date is unknown, or fewer than 10 stays have ended.",
        action="Bring it to the next gate, or end it.", route="gates:initiative",
    ),
)  # fmt: skip
STEERED = (
    DriverSpec(
        opinion("sponsor_or_function_missing"), "Sponsor or function missing", DriverDimension.PEOPLE, "people",
        sponsor_or_function_missing,
        yes="Nobody stands for: {who}.",
        no="Sponsor, IT operations, data science and business are named.",
        unknown="Nobody was asked for a sponsor or the three functions.",
        action="Name somebody for: {who}.", route="initiatives:edit", effort=1.0,
    ),
    DriverSpec(
        opinion("gate_condition_open"), "Gate condition open", DriverDimension.GOVERNANCE, "gates", gate_condition_open,
        yes="Open gate conditions: {open}; the next is due on {due}.",
        no="No gate condition is open.",
        unknown="No gate has decided yet.",
        action="Prove the open gate conditions: {open}.", route="gates:initiative", effort=4.0,
    ),
    DriverSpec(
        opinion("gate_condition_overdue"), "Gate condition overdue", DriverDimension.GOVERNANCE, "gates", gate_condition_overdue,
        yes="{overdue} of {open} open gate conditions are overdue; the first was due on {due}.",
        no="No gate condition is overdue.",
        unknown="No gate has decided yet.",
        action="Prove the overdue gate conditions: {overdue}.", route="gates:initiative", effort=4.0,
    ),
    DriverSpec(
        opinion("waiver_active"), "Waiver in force", DriverDimension.GOVERNANCE, "gates", waiver_active,
        yes="Waivers in force: {waivers}; the next ends on {expires}.",
        no="No waiver is in force.",
        unknown="No gate review was opened yet.",
        action="Meet the criteria that are waived: {waivers}.", route="gates:initiative", effort=10.0,
    ),
    DriverSpec(
        opinion("dates_slipped"), "Dates slipped", DriverDimension.PROGRESS, "dates", dates_slipped,
        yes="{slipped} of {dated} milestones were moved or not done by their day.",
        no="None of {dated} milestones was moved or missed its day.",
        unknown="It has no milestones with dates.",
        action="Finish or plan again what slipped: {slipped}.", route="initiatives:detail", effort=2.0,
    ),
)  # fmt: skip
