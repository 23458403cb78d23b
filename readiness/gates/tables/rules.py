"""How a criterion is judged, in words: its rule, band, evidence rule and declared impossibility."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isinf
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.tables.facts import FUNCTION_LABELS as TEAM
from portfolio.kit.templatetags.ui_text import grouped, tidy
from readiness.assessments.tables.words import COMPONENTS, DIMENSIONS, PHASES
from readiness.evidence.tables.labels import KINDS as EVIDENCE_KINDS
from readiness.evidence.tables.reasons import fact_words
from readiness.evidence.tables.verdicts import metric_label
from readiness.gates.choices import FindingCount, RuleKind, UnknownCount
from readiness.gates.rules.templates.kinds import band_of
from readiness.gates.rules.templates.template import Criterion, EvidenceRule
from readiness.gates.tables.reasons import GRADES, POOLS, share
from readiness.gates.tables.words import Text, function_words
from readiness.silos.tables.words import KINDS as SILOS
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.tables.labels import translated
from readiness.workloads.tables.venues import FUNCTIONS, RULE_TEXTS

RULES: dict[str, Text] = {
    RuleKind.REQUIREMENT: gettext_lazy("Requirements of production, each by its own evidence"),
    RuleKind.REPRESENTATIVENESS: gettext_lazy("How much of the evidence was taken in a place like production"),
    RuleKind.WORKLOAD: gettext_lazy("The production workload is written down"),
    RuleKind.UNKNOWNS: gettext_lazy("How much is unknown"),
    RuleKind.ASSESSMENT: gettext_lazy("The score of the assessment"),
    RuleKind.OPERATIONS: gettext_lazy("Components that are there, questions answered yes"),
    RuleKind.SIZING: gettext_lazy("Every workload is sized"),
    RuleKind.CAPACITY: gettext_lazy("Capacity that is granted against the need"),
    RuleKind.VENUES: gettext_lazy("Venues were compared"),
    RuleKind.SEQUENCE: gettext_lazy("What was decided before what"),
    RuleKind.TEAM: gettext_lazy("Somebody is named"),
    RuleKind.CONTAINERS: gettext_lazy("It runs in containers"),
    RuleKind.JUDGEMENT: gettext_lazy("A person's judgement"),
    RuleKind.BUDGET_SHARE: gettext_lazy("Infrastructure's share of the budget"),
    RuleKind.PURCHASES: gettext_lazy("Share of purchases in the IT plan"),
    RuleKind.FINDINGS: gettext_lazy("Silo findings about what is bought for it"),
}
_SHARES = frozenset(
    {RuleKind.REPRESENTATIVENESS, RuleKind.ASSESSMENT, RuleKind.BUDGET_SHARE, RuleKind.PURCHASES, RuleKind.REQUIREMENT,
     RuleKind.CAPACITY}
)  # fmt: skip
_COUNTS: dict[str, Text] = {
    UnknownCount.ALL: gettext_lazy("all of them"),
    UnknownCount.UNOWNED: gettext_lazy("those that nobody is to find out"),
    UnknownCount.OVERDUE: gettext_lazy("those past their day"),
}


def criterion_words(one: Criterion) -> dict[str, Any]:
    """What a criterion asks: the rule with what it names, its band, what evidence must be like, what makes it impossible."""
    return {
        "rule": str(RULES[one.rule.kind]),
        "details": [text for text in (*_details(one), *evidence_words(one.evidence), _impossible(one)) if text],
    }


def _details(one: Criterion) -> Iterable[str]:
    rule: Any = one.rule
    say = _OF_KIND.get(rule.kind)
    yield from say(rule) if say else ()
    band = band_of(rule)
    if band is not None:
        said = tidy if rule.kind not in _SHARES else share
        yield _("met %(met)s, warning %(warning)s") % {
            "met": _range(*band.met_range(), said), "warning": _range(*band.warning_range(), said),
        }  # fmt: skip


def _range(low: float, high: float, said: Callable[[float], str]) -> str:
    if isinf(high):
        return _("from %s") % said(low)
    return _("up to %s") % said(high) if isinf(low) else _("%(low)s to %(high)s") % {"low": said(low), "high": said(high)}


def evidence_words(rule: EvidenceRule) -> Iterable[str]:
    if rule.types:
        yield _("evidence by %s") % ", ".join(str(EVIDENCE_KINDS[one]).lower() for one in rule.types)
    if rule.max_age_days:
        yield ngettext("at most %s day old", "at most %s days old", rule.max_age_days) % grouped(rule.max_age_days)
    if rule.min_samples:
        yield _("at least %s samples") % grouped(rule.min_samples)
    if rule.min_duration_s:
        yield _("for at least %s seconds") % grouped(rule.min_duration_s)
    if rule.environment:
        yield from _environment(rule.environment)


def _environment(asked: Any) -> Iterable[str]:
    if asked.data_real:
        yield _("with real data")
    if asked.users_real:
        yield _("with real users")
    if asked.stages:
        yield _("taken in %s") % ", ".join(one.value for one in asked.stages)
    if asked.chosen_venue:
        yield _("in the venue that is chosen")
    if asked.chosen_accelerator:
        yield _("on the accelerator that is chosen")


def _impossible(one: Criterion) -> str:
    declared = one.impossible
    if declared is None:
        return ""
    if declared.figure == "said_impossible":
        return _("Kill where it is said to be impossible")
    figure = declared.figure.replace("_", " ")
    if declared.at_most is not None:
        return _("Kill where %(figure)s is at most %(value)s") % {"figure": figure, "value": tidy(declared.at_most, 2)}
    return _("Kill where %(figure)s is at least %(value)s") % {"figure": figure, "value": tidy(declared.at_least or 0, 2)}


def _requirement(rule: Any) -> Iterable[str]:
    yield ", ".join(metric_label(one) for one in rule.metrics) or _("all requirements")
    if rule.needed:
        yield _("unknown where there is no such requirement")


def _like(rule: Any) -> Iterable[str]:
    yield fact_words(one.value for one in rule.facts)
    if rule.metrics:
        yield ", ".join(metric_label(one) for one in rule.metrics)


def _values(rule: Any) -> Iterable[str]:
    names = [translated(BY_NAME[name].label) if name in BY_NAME else name for name in rule.values]
    yield _("unknown of %s") % (", ".join(names) or _("all values that count"))


def _unknowns(rule: Any) -> Iterable[str]:
    yield str(_COUNTS[rule.count])


def _assessment(rule: Any) -> Iterable[str]:
    yield str(DIMENSIONS[rule.dimension]) if rule.dimension else _("the whole of it")
    if rule.phase:
        yield _("for %s") % PHASES[rule.phase]
    if rule.blocking:
        yield _("a question that blocks must be yes")


def _operations(rule: Any) -> Iterable[str]:
    if rule.components:
        yield ", ".join(str(COMPONENTS[one]) for one in rule.components)
    if rule.questions:
        yield ", ".join(key.replace("-", " ") for key in rule.questions)


def _capacity(rule: Any) -> Iterable[str]:
    yield ", ".join(str(POOLS[one]) for one in rule.pools)
    yield _("granted") if rule.granted else _("granted or asked for")
    if rule.in_time:
        yield _("usable when it is needed")


def _venues(rule: Any) -> Iterable[str]:
    yield ", ".join(str(FUNCTIONS[one]) for one in rule.functions)
    if rule.chosen:
        yield _("and one is chosen")


def _team(rule: Any) -> Iterable[str]:
    yield ", ".join(str(TEAM[one]) for one in rule.functions)
    if rule.account:
        yield _("each with an account here")


def _judgement(rule: Any) -> Iterable[str]:
    if rule.functions:
        yield _("by %s") % function_words([one.value for one in rule.functions])
    if rule.independent:
        yield _("not by the owner or sponsor")


def _findings(rule: Any) -> Iterable[str]:
    yield ", ".join(str(SILOS[one]) for one in rule.kinds) or _("of every kind")
    yield _("nobody has said anything to them") if rule.count == FindingCount.OPEN else _("until what was agreed to is done")


_OF_KIND: dict[str, Callable[[Any], Iterable[str]]] = {
    RuleKind.REQUIREMENT: _requirement,
    RuleKind.REPRESENTATIVENESS: _like,
    RuleKind.WORKLOAD: _values,
    RuleKind.UNKNOWNS: _unknowns,
    RuleKind.ASSESSMENT: _assessment,
    RuleKind.OPERATIONS: _operations,
    RuleKind.SIZING: lambda rule: [_("speed known by at least %s") % GRADES[rule.grade]],
    RuleKind.CAPACITY: _capacity,
    RuleKind.VENUES: _venues,
    RuleKind.SEQUENCE: lambda rule: [str(RULE_TEXTS[rule.order])],
    RuleKind.TEAM: _team,
    RuleKind.CONTAINERS: lambda rule: [_("and what runs them is named")] if rule.orchestrator else [],
    RuleKind.JUDGEMENT: _judgement,
    RuleKind.BUDGET_SHARE: lambda rule: [_("as planned") if rule.basis == "planned" else _("as spent")],
    RuleKind.PURCHASES: lambda rule: [_("by count") if rule.basis == "count" else _("by amount")],
    RuleKind.FINDINGS: _findings,
}
