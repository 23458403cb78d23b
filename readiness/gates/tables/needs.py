"""What would decide a criterion, who could supply it and where it is done; codes of rules.criteria.reasons.Needed.

What requirements say of themselves (readiness.evidence.rules.missing) keeps evidence's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import TeamFunction
from portfolio.initiatives.tables.facts import FUNCTION_LABELS as TEAM
from portfolio.kit.templatetags.ui_text import grouped, tidy
from readiness.assessments.choices import Component
from readiness.assessments.tables.words import COMPONENTS
from readiness.evidence.tables.missing import TITLES as OF_EVIDENCE
from readiness.evidence.tables.missing import detail as detail_of_evidence
from readiness.evidence.tables.missing import without_hidden_pool
from readiness.evidence.tables.reasons import fact_words
from readiness.evidence.tables.verdicts import metric_label
from readiness.gates.rules.criteria.reasons import Needed, Who
from readiness.gates.tables.reasons import GRADES, POOLS
from readiness.gates.tables.words import Text, function_words
from readiness.workloads.choices import Function
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.tables.labels import translated
from readiness.workloads.tables.venues import DATES, FUNCTIONS

Facts = Mapping[str, Any]
MOST_NAMED = 4

TITLES: dict[str, Text] = {
    Needed.STATE_WORKLOAD: gettext_lazy("Write down the production workload"),
    Needed.FIND_VALUES: gettext_lazy("Find out what nobody knows of the workload"),
    Needed.STATE_REQUIREMENT: gettext_lazy("Write down the requirement"),
    Needed.FIND_UNKNOWNS: gettext_lazy("Find out what is unknown"),
    Needed.ASSIGN_UNKNOWNS: gettext_lazy("Give each unknown to somebody"),
    Needed.ASSESS: gettext_lazy("Answer the assessment"),
    Needed.ANSWER: gettext_lazy("Answer these questions"),
    Needed.MEND: gettext_lazy("Mend what is missing"),
    Needed.SIZE: gettext_lazy("Size the workload"),
    Needed.MEASURE: gettext_lazy("Measure it as asked"),
    Needed.GRANT: gettext_lazy("Grant the capacity"),
    Needed.STATE_CAPACITY: gettext_lazy("Say what capacity is granted"),
    Needed.COMPARE_VENUES: gettext_lazy("Compare venues"),
    Needed.CHOOSE_VENUE: gettext_lazy("Choose a venue"),
    Needed.STATE_DATES: gettext_lazy("Say when it was decided"),
    Needed.EXPLAIN_ORDER: gettext_lazy("Decide anew, or ask for a waiver: the order was inverted"),
    Needed.NAME_PERSON: gettext_lazy("Name somebody"),
    Needed.DECLARE: gettext_lazy("Say how it is"),
    Needed.SETTLE: gettext_lazy("Settle which of the two holds"),
    Needed.JUDGE: gettext_lazy("Judge it"),
    Needed.ENTER_BUDGET: gettext_lazy("Enter the budget"),
    Needed.CORRECT_BUDGET: gettext_lazy("Correct the budget"),
    Needed.ENTER_PURCHASES: gettext_lazy("Enter what was bought"),
    Needed.BRING_INTO_PLAN: gettext_lazy("Bring it into the IT plan"),
    Needed.LOOK_FOR_SILOS: gettext_lazy("Look for silos"),
    Needed.SETTLE_FINDINGS: gettext_lazy("Accept, dismiss or do what the findings propose"),
    Needed.REFRESH: gettext_lazy("Bring newer evidence"),
}
WHO: dict[str, Text] = {
    Who.INITIATIVE_OWNER: gettext_lazy("the initiative's owner"),
    Who.WORKLOAD_UNIT: gettext_lazy("architects of the unit"),
    Who.POOL_OWNER: gettext_lazy("whoever looks after the pool"),
    Who.PROGRAM_MANAGER: gettext_lazy("the program manager"),
    Who.GATEKEEPER: gettext_lazy("a gatekeeper"),
    Who.FINANCE: gettext_lazy("finance"),
    Who.PROCUREMENT: gettext_lazy("the procurement officer"),
    "source_unit": gettext_lazy("whoever runs the source"),
}
_FIELDS: dict[str, Text] = {"containerised": gettext_lazy("containers"), "orchestrator": gettext_lazy("orchestrator")}


@dataclass(frozen=True, slots=True)
class Whose:
    """Of whom the rows tell: names where somebody is named. `review` is 0 on a page that nobody can act on."""

    initiative: int
    review: int = 0
    owner: str = ""
    unit: str = ""
    names: Mapping[int, str] | None = None


def needs(row: Facts, whose: Whose) -> list[dict[str, Any]]:
    """Title, detail, who and address of everything that would decide a criterion's row."""
    return [need(one, whose) for one in row["needs"]]


def need(one: Facts, whose: Whose) -> dict[str, Any]:
    code = str(one.get("code", ""))
    own = code in set(Needed) and "metric" not in one and "metrics" not in one
    say = _DETAILS.get(code) if own or code not in OF_EVIDENCE else None
    return {
        "code": code,
        "title": str(TITLES.get(code) or OF_EVIDENCE.get(code) or code),
        "detail": say(one) if say else _measured(one),
        "who": who(one, whose),
        "url": _address(code, one, whose),
    }


def who(one: Facts, whose: Whose) -> str:
    """The person or unit by name where there is one, else the kind of person."""
    kind = str(one.get("who", ""))
    if kind == Who.INITIATIVE_OWNER and whose.owner:
        return whose.owner
    if kind == Who.WORKLOAD_UNIT and whose.unit:
        return _("architects of %s") % whose.unit
    if kind == Who.GATEKEEPER and one.get("functions"):
        return _("a gatekeeper of %s") % function_words(one["functions"])
    return str(WHO.get(kind, kind or _("nobody knows who")))


def _some(words: Sequence[str]) -> str:
    """A few by name, the rest by number."""
    left = len(words) - MOST_NAMED
    more = ngettext(" and %d more", " and %d more", left) % left if left > 0 else ""
    return ", ".join(words[:MOST_NAMED]) + more


def _values(one: Facts) -> str:
    labels = [translated(BY_NAME[name].label) if name in BY_NAME else name for name in one["values"]]
    return f"{one['workload']}: {_some(labels)}"


def _questions(one: Facts) -> str:
    if one.get("questions"):
        return _some([str(key).replace("-", " ") for key in one["questions"]])
    return _thing(one)


def _thing(one: Facts) -> str:
    if one.get("component"):
        return str(COMPONENTS[Component(one["component"])]) if one["component"] in set(Component) else str(one["component"])
    return str(_FIELDS.get(str(one.get("field")), one.get("field") or ""))


def _functions(one: Facts) -> str:
    names = [str(TEAM[TeamFunction(key)]) for key in one.get("functions", ()) if key in set(TeamFunction)]
    return ", ".join(names) + (_(", with an account here") if one.get("account") else "")


def _grant(one: Facts) -> str:
    pools = str(POOLS.get(one["pools"], one["pools"]))
    return _("%(amount)s %(pools)s for %(workload)s") % {
        "amount": tidy(one["amount"]), "pools": pools, "workload": one["workload"],
    }  # fmt: skip


def _dates(one: Facts) -> str:
    return ", ".join(str(DATES.get(kind, kind)) for kind in one.get("dates", ()))


def _function(one: Facts) -> str:
    key = one.get("function")
    return str(FUNCTIONS[Function(key)]) if key in set(Function) else ""


def _count(one: Facts) -> str:
    count = one.get("count") or 0
    return ngettext("%s of them", "%s of them", count) % grouped(count) if count else ""


def _measured(one: Facts) -> str:
    """Of a requirement: which metric, and what the evidence must be like."""
    if str(one.get("code", "")) in OF_EVIDENCE and str(one.get("code", "")) != Needed.REFRESH:
        return detail_of_evidence(without_hidden_pool(one, frozenset()))
    parts = [metric_label(one["metric"]) if one.get("metric") else ""]
    if one.get("facts"):
        parts.append(_("as in production: %s") % fact_words(one["facts"]))
    if one.get("min_samples"):
        parts.append(_("at least %s samples") % grouped(one["min_samples"]))
    if one.get("min_duration_s"):
        parts.append(_("for at least %s seconds") % grouped(one["min_duration_s"]))
    if one.get("grade"):
        parts.append(_("at least %s") % GRADES.get(one["grade"], one["grade"]))
    if one.get("max_age_days"):
        parts.append(_("at most %s days old") % grouped(one["max_age_days"]))
    return ", ".join(part for part in (*parts, str(one.get("workload") or "")) if part)


_DETAILS: dict[str, Callable[[Facts], str]] = {
    Needed.FIND_VALUES: _values,
    Needed.FIND_UNKNOWNS: _count,
    Needed.ASSIGN_UNKNOWNS: _count,
    Needed.ANSWER: _questions,
    Needed.MEND: _questions,
    Needed.SIZE: lambda one: str(one.get("workload") or ""),
    Needed.GRANT: _grant,
    Needed.STATE_CAPACITY: lambda one: str(one.get("workload") or ""),
    Needed.COMPARE_VENUES: _function,
    Needed.CHOOSE_VENUE: _function,
    Needed.STATE_DATES: _dates,
    Needed.EXPLAIN_ORDER: _dates,
    Needed.NAME_PERSON: _functions,
    Needed.DECLARE: _thing,
    Needed.SETTLE: _thing,
}
# Where it is done, by the code: (route, what it takes).
_OF_INITIATIVE: dict[str, str] = {
    Needed.STATE_WORKLOAD: "workloads:initiative",
    Needed.STATE_REQUIREMENT: "workloads:initiative",
    Needed.STATE_CAPACITY: "workloads:initiative",
    Needed.GRANT: "workloads:initiative",
    Needed.SIZE: "workloads:initiative",
    Needed.ASSESS: "assessments:initiative",
    Needed.ANSWER: "assessments:initiative",
    Needed.COMPARE_VENUES: "workloads:venues",
    Needed.CHOOSE_VENUE: "workloads:venues",
    Needed.STATE_DATES: "workloads:venues",
    Needed.EXPLAIN_ORDER: "workloads:venues",
    Needed.NAME_PERSON: "initiatives:detail",
    Needed.DECLARE: "initiatives:detail",
    Needed.SETTLE: "initiatives:detail",
    Needed.ENTER_BUDGET: "finance:initiative",
    Needed.CORRECT_BUDGET: "finance:initiative",
    Needed.ENTER_PURCHASES: "procurement:initiative",
    Needed.BRING_INTO_PLAN: "procurement:initiative",
    Needed.SETTLE_FINDINGS: "procurement:initiative",
    Needed.MEASURE: "evidence:initiative",
    Needed.REFRESH: "evidence:initiative",
}


def _address(code: str, one: Facts, whose: Whose) -> str:
    """The page where it is done; "" where there is none (yet)."""
    if one.get("requirement_id"):
        return route("evidence:requirement", one["requirement_id"])
    if one.get("workload_id"):
        return route("workloads:detail", one["workload_id"])
    if code in (Needed.FIND_UNKNOWNS, Needed.ASSIGN_UNKNOWNS):
        url = route("assessments:unknown_rows")
        return f"{url}?initiative={whose.initiative}" if url else ""
    if code == Needed.LOOK_FOR_SILOS:
        return route("silos:findings")
    if code == Needed.JUDGE and whose.review:
        return route("gates:judge", whose.review, one["criterion"])
    if code == Needed.MEND:
        where = "initiatives:detail" if one.get("field") else "assessments:components" if one.get("component") else ""
        return route(where or "assessments:initiative", whose.initiative)
    return route(_OF_INITIATIVE.get(code, ""), whose.initiative) or (
        route("evidence:initiative", whose.initiative) if code in OF_EVIDENCE else ""
    )


def route(name: str, *args: Any) -> str:
    """An address, "" while there is no such page."""
    if not name:
        return ""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
