"""Drivers from requirements and what evidence says of them, and from the capacity that is there. All are opinions."""

from __future__ import annotations

from math import nan

from readiness.core.risk.drivers import opinion
from readiness.risk.choices import DriverDimension
from readiness.risk.rules.drivers.facts import Facts
from readiness.risk.rules.drivers.spec import DriverSpec, share, yes_or_no


def requirements_not_met(facts: Facts) -> float:
    """Of the requirements that fresh evidence decides, the share not met or of negative headroom; NaN where it decides none."""
    return share(facts.requirements.short, facts.requirements.decided)


def requirements_unknown(facts: Facts) -> float:
    """Of the requirements that apply, the share whose verdict is unknown; NaN without any requirement."""
    return share(facts.requirements.unknown, facts.requirements.applicable)


def evidence_stale(facts: Facts) -> float:
    """Of the requirements that evidence speaks of, the share that rests on stale evidence; NaN where it speaks of none."""
    return share(facts.requirements.stale, facts.requirements.evident)


def evidence_unrepresentative(facts: Facts) -> float:
    """Of the requirements with evidence, the share measured in an easier or another place than production; NaN without any."""
    return share(facts.requirements.elsewhere, facts.requirements.placed)


def sequence_inverted(facts: Facts) -> float:
    """1 if the model was selected before the compute architecture was decided, 0 if after; NaN where the dates do not tell."""
    return yes_or_no(facts.sequence.inverted)


def capacity_not_committed(facts: Facts) -> float:
    """1 - the mean share of each need that is granted; NaN where nothing is asked for and nothing granted."""
    needs = facts.capacity.needs
    return 1.0 - share(facts.capacity.covered, needs) if needs > 0 else nan


def provider_dependency(facts: Facts) -> float:
    """Of the known facts of its providers (quota, backlog, notice of prices) the share that is bad.

    0 where it runs on what is our own; NaN where it depends on providers and nobody knows any of these facts, or where no venue
    is named.
    """
    provider = facts.provider
    if not provider.options:
        return 0.0 if provider.own else nan
    return share(provider.bad, provider.known)


MEASURED = (
    DriverSpec(
        opinion("requirements_not_met"), "Requirements not met", DriverDimension.EVIDENCE, "requirements", requirements_not_met,
        yes="{short} of {decided} requirements that evidence decides are not met or have no headroom.",
        no="None of {decided} requirements that evidence decides is short.",
        unknown="No requirement is decided by fresh evidence.",
        action="Close the gap of the requirements that are short: {short}.", route="evidence:initiative", effort=15.0,
    ),
    DriverSpec(
        opinion("requirements_unknown"), "Requirements unknown", DriverDimension.EVIDENCE, "requirements", requirements_unknown,
        yes="{unknown} of {applicable} requirements have no verdict: nothing that decides them was measured.",
        no="Each of {applicable} requirements has a verdict.",
        unknown="It has no requirements yet.",
        action="Measure what no evidence decides yet: {unknown}.", route="evidence:initiative", effort=5.0,
    ),
    DriverSpec(
        opinion("evidence_stale"), "Evidence is stale", DriverDimension.EVIDENCE, "requirements", evidence_stale,
        yes="{stale} of {evident} requirements rest on stale evidence; the oldest is of {oldest}.",
        no="None of {evident} requirements rests on stale evidence.",
        unknown="There is no evidence yet that could be stale.",
        action="Measure again what rests on stale evidence: {stale}.", route="evidence:initiative", effort=2.0,
    ),
    DriverSpec(
        opinion("evidence_unrepresentative"), "Evidence is not representative", DriverDimension.EVIDENCE, "requirements",
        evidence_unrepresentative,
        yes="{elsewhere} of {placed} requirements with evidence were measured in an easier or another place than production.",
        no="All evidence ({placed}) is from a place like production.",
        unknown="There is no evidence yet whose place could be compared.",
        action="Measure with real data, real users and production's accelerators: {elsewhere}.", route="evidence:initiative",
        effort=8.0,
    ),
    DriverSpec(
        opinion("sequence_inverted"), "Model before architecture", DriverDimension.PLATFORM, "sequence", sequence_inverted,
        yes="The model was selected before the compute architecture was decided, by {days} days or more.",
        no="The compute architecture was decided before the model was selected.",
        unknown="Nobody can tell whether the architecture was decided before the model: dates are missing or too coarse.",
        action="Check the architecture against the demand, and the model against it.", route="workloads:venues", effort=10.0,
    ),
    DriverSpec(
        opinion("capacity_not_committed"), "Capacity not committed", DriverDimension.CAPACITY, "capacity", capacity_not_committed,
        yes="Of {needs} needs for capacity a part is not granted; requests that wait: {waiting}.",
        no="The capacity of all its needs ({needs}) is granted.",
        unknown="Nothing is asked for and nothing granted, so nobody can tell whether its capacity is there.",
        action="Have the capacity granted, or order it.", route="workloads:initiative", effort=5.0, beyond=True,
    ),
    DriverSpec(
        opinion("provider_dependency"), "Depends on a provider", DriverDimension.CAPACITY, "provider", provider_dependency,
        yes="{bad} of {known} known facts of its providers are against it: quota not granted {quota}, backlog {backlog}, "
        "short notice of prices {notice}.",
        no="Nothing known of its venues makes it wait for a provider.",
        unknown="Nobody wrote down quota, backlog or notice of prices of its venues.",
        action="Compare a venue that does not wait for this provider, or have the quota granted.", route="workloads:venues",
        effort=8.0,
    ),
)  # fmt: skip
