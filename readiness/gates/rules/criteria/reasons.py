"""Why a criterion is judged as it is, and what would decide it: codes that are kept with each verdict."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

RULES_VERSION = "1"  # raise it when the same facts may give another answer


class Reason(StrEnum):
    # met, or as the figures say
    SHOWN = "shown"  # requirements, by evidence
    WITHIN_BAND = "within_band"
    ALL_THERE = "all_there"
    COMPARED = "compared"
    REASONED = "reasoned"  # a written reason stands for the comparison
    IN_ORDER = "in_order"
    SAID = "said"  # a person says so
    DERIVED = "derived"  # nobody declared it, a source shows it
    # warning
    LITTLE_HEADROOM = "little_headroom"
    HEADROOM_UNKNOWN = "headroom_unknown"
    ROUGHLY_KNOWN = "roughly_known"
    LOW_END_ONLY = "low_end_only"
    PLANNED = "planned"
    WITHOUT_ACCOUNT = "without_account"
    CONTRADICTED = "contradicted"  # what is declared and what a source shows differ
    # not met
    OUTSIDE_BAND = "outside_band"
    BLOCKING_NO = "blocking_no"
    MISSING = "missing"
    SHORT = "short"
    TOO_LATE = "too_late"
    NOT_COMPARED = "not_compared"
    NOT_CHOSEN = "not_chosen"
    INVERTED = "inverted"
    # unknown
    NO_FACTS = "no_facts"  # nothing that feeds this rule has said anything yet
    NOTHING_STATED = "nothing_stated"  # no workload, no requirement, no assessment
    VALUES_UNKNOWN = "values_unknown"
    STRADDLES = "straddles"  # what is not known decides on which side it is
    BLOCKING_UNKNOWN = "blocking_unknown"
    NOT_SIZED = "not_sized"
    DATE_UNKNOWN = "date_unknown"
    NOT_SAID = "not_said"
    WRONG_PERSON = "wrong_person"  # who said so is not who must
    NO_EVIDENCE = "no_evidence"
    EVIDENCE_KIND = "evidence_kind"
    FEW_SAMPLES = "few_samples"
    TOO_SHORT = "too_short"
    OTHER_ENVIRONMENT = "other_environment"
    AGE_UNKNOWN = "age_unknown"
    # of a requirement, as its own verdict says
    AS_REQUIRED = "as_required"
    # stale, waived, not applicable
    TOO_OLD = "too_old"
    WAIVED = "waived"
    NO_SUCH_REQUIREMENT = "no_such_requirement"
    NOTHING_BOUGHT = "nothing_bought"
    NOT_NEEDED = "not_needed"


class Needed(StrEnum):
    """What would decide a criterion, beside what requirements say of themselves (readiness.evidence.rules.missing)."""

    STATE_WORKLOAD = "state_workload"
    FIND_VALUES = "find_values"
    STATE_REQUIREMENT = "state_requirement"
    FIND_UNKNOWNS = "find_unknowns"
    ASSIGN_UNKNOWNS = "assign_unknowns"
    ASSESS = "assess"
    ANSWER = "answer"
    MEND = "mend"  # a question answered no, a component that is missing
    SIZE = "size"
    MEASURE = "measure"
    GRANT = "grant"
    STATE_CAPACITY = "state_capacity"
    COMPARE_VENUES = "compare_venues"
    CHOOSE_VENUE = "choose_venue"
    STATE_DATES = "state_dates"
    EXPLAIN_ORDER = "explain_order"
    NAME_PERSON = "name_person"
    DECLARE = "declare"
    SETTLE = "settle"
    JUDGE = "judge"
    ENTER_BUDGET = "enter_budget"
    CORRECT_BUDGET = "correct_budget"
    ENTER_PURCHASES = "enter_purchases"
    BRING_INTO_PLAN = "bring_into_plan"
    LOOK_FOR_SILOS = "look_for_silos"
    SETTLE_FINDINGS = "settle_findings"
    REFRESH = "refresh"


class Who(StrEnum):
    """Kinds of people who can supply it, found by whoever shows it; evidence's own words where it has one."""

    INITIATIVE_OWNER = "initiative_owner"
    WORKLOAD_UNIT = "workload_unit"  # the architects of the workload's unit
    POOL_OWNER = "pool_owner"
    PROGRAM_MANAGER = "program_manager"
    GATEKEEPER = "gatekeeper"  # of the functions named beside it
    FINANCE = "finance"
    PROCUREMENT = "procurement_officer"


class Need(NamedTuple):
    """One thing that somebody could supply, with the facts that name it."""

    code: str
    who: str
    facts: Mapping[str, Any] = {}

    def plain(self) -> dict[str, Any]:
        return {"code": str(self.code), "who": str(self.who), **self.facts}


def need(code: Needed, who: Who, **facts: Any) -> Need:
    return Need(code, who, facts)
