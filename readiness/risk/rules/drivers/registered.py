"""Drivers of which the federal registers ask: the only ones with outcomes behind their priors (docs/risk.md)."""

from __future__ import annotations

from math import nan

from readiness.core.risk.drivers import PUBLISHED
from readiness.risk.choices import DriverDimension
from readiness.risk.rules.drivers.facts import Facts
from readiness.risk.rules.drivers.spec import DriverSpec, share

_PRIOR = {prior.key: prior for prior in PUBLISHED}
_GOOD = {"yes": 0.0, "partly": 0.5, "no": 1.0, "not_applicable": 0.0}
_WAITED = {
    "less than 6 months": 0.0, "6-12 months": 0.5, "more than 12 months": 1.0, "no": 0.0, "partly": 0.5, "yes": 1.0,
    "not_applicable": 0.0,
}  # fmt: skip
_CONTRACT = {"in_house": 0.0, "both": 0.5, "contract": 1.0}


def _word(facts: Facts, question: str) -> str:
    said = facts.intake.answers
    return " ".join(said[question].split()).casefold() if question in said else ""


def no_central_provisioning(facts: Facts) -> float:
    """`infra_provisioned`: yes 0, partly 1/2, no 1, not applicable 0; "other", blank, unknown or not asked: NaN."""
    return _GOOD.get(_word(facts, "infra_provisioned"), nan)


def contract_developed(facts: Facts) -> float:
    """`developed_by`: in house 0, both 1/2, contract 1; else NaN."""
    return _CONTRACT.get(facts.intake.developed_by, nan)


def unknown_load(facts: Facts) -> float:
    """Share of the load values that a sizing must have and nobody knows; 1 where there is no workload at all, NaN never.

    It is the small coefficient of an answer that is missing, so that it is missing is what it tells.
    """
    demand = facts.demand
    return share(demand.open, demand.wanted) if demand.workloads and demand.wanted else float(not demand.workloads)


def no_authorisation_at_pilot(facts: Facts) -> float:
    """`ato` (authority to operate): yes 0, partly 1/2, no 1, not applicable 0; else NaN."""
    return _GOOD.get(_word(facts, "ato"), nan)


def no_reuse(facts: Facts) -> float:
    """`existing_reuse` of tools, data products and platforms: yes 0, partly 1/2, no 1, not applicable 0; else (prose) NaN."""
    return _GOOD.get(_word(facts, "existing_reuse"), nan)


def waiting_for_tools(facts: Facts) -> float:
    """`dev_tools_wait`: less than 6 months 0, 6 to 12 months 1/2, more than 12 months 1; else ("less than 1 year") NaN."""
    return _WAITED.get(_word(facts, "dev_tools_wait"), nan)


REGISTERED = (
    DriverSpec(
        _PRIOR["no_central_provisioning"], "No central provisioning", DriverDimension.PLATFORM, "intake", no_central_provisioning,
        yes="Its infrastructure is not, or not wholly, provisioned through a central intake.",
        no="Its infrastructure is provisioned through a central intake, or it needs none.",
        unknown="Nobody said whether its infrastructure is provisioned through a central intake.",
        action="Have its infrastructure provisioned through the central intake.", route="initiatives:edit", effort=10.0,
        intake=True,
    ),
    DriverSpec(
        _PRIOR["contract_developed"], "Developed under contract", DriverDimension.PEOPLE, "intake", contract_developed,
        yes="It is developed under contract, or in part.",
        no="It is developed in house.",
        unknown="Nobody said who develops it.",
        action="Name people of our own who take over what is developed under contract.", route="initiatives:edit", intake=True,
    ),
    DriverSpec(
        _PRIOR["unknown_load"], "Load unknown", DriverDimension.DEMAND, "demand", unknown_load,
        yes="Load values that a sizing must have and nobody knows: {open} of {wanted}, in workloads described: {workloads}.",
        no="All load values that a sizing must have are known ({wanted}).",
        unknown="Its load is not known.",
        action="Describe its workload and find out its load: arrival rate, peak, growth.", route="workloads:initiative",
        effort=3.0, beyond=True,
    ),
    DriverSpec(
        _PRIOR["no_authorisation_at_pilot"], "No authorisation", DriverDimension.GOVERNANCE, "intake", no_authorisation_at_pilot,
        yes="It has no authority to operate, or not for all of it.",
        no="It has an authority to operate, or needs none.",
        unknown="Nobody said whether it has an authority to operate.",
        action="Get an authority to operate.", route="initiatives:edit", effort=20.0, intake=True,
    ),
    DriverSpec(
        _PRIOR["no_reuse"], "No reuse of what exists", DriverDimension.PLATFORM, "intake", no_reuse,
        yes="It reuses nothing, or little, of existing tools, data products and platforms.",
        no="It reuses existing tools, data products or platforms.",
        unknown="Nobody said what it reuses.",
        action="Build on a platform that is in use.", route="initiatives:edit", effort=15.0, intake=True,
    ),
    DriverSpec(
        _PRIOR["waiting_for_tools"], "Waiting for tools", DriverDimension.PLATFORM, "intake", waiting_for_tools,
        yes="It waited six months or longer for the tools that it is built with.",
        no="It did not wait long for the tools that it is built with.",
        unknown="Nobody said how long it waited for tools.",
        action="Get its developers the tools that they wait for.", route="initiatives:edit", effort=5.0, intake=True,
    ),
)  # fmt: skip
