"""Templates to test with: a small one as text, and strategies for arbitrary ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.declared import Stage
from readiness.gates.choices import CriterionDimension, CriterionKind, GateFunction, Majority, TieRule
from readiness.gates.rules.templates.bands import AtLeast, AtMost, Within
from readiness.gates.rules.templates.kinds import RULES, OperationsRule, Rule, WorkloadRule
from readiness.gates.rules.templates.shapes import limits_of, members
from readiness.gates.rules.templates.template import (
    REQUIRED_FUNCTIONS,
    Criterion,
    EvidenceRule,
    Gate,
    Impossible,
    Match,
    Quorum,
    Template,
    Thresholds,
    Veto,
    Voting,
    Waivers,
    Written,
)
from readiness.workloads.rules.fields import BY_NAME

SMALL = """\
key: ours
name: Ours
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
gates:
  - key: pilot
    name: Pilot gate
    from: poc
    to: pilot
    criteria:
      - key: load-known
        text: The load is known.
        kind: must_meet
        dimension: demand
        rule: {kind: workload}
      - key: fast
        text: It is fast enough.
        kind: should_meet
        dimension: compute
        weight: 2
        rule:
          kind: requirement
          metrics: [ttft]
          band: {met: 0.2, warning: 0}
        evidence: {max_age_days: 90}
"""
keys = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)
texts = texts.filter(bool)
_OTHERS = [one for one in GateFunction if one not in REQUIRED_FUNCTIONS]
shares = st.integers(0, 100).map(lambda one: one / 100)


@st.composite
def bands(draw: st.DrawFn, kind: type) -> Any:
    low, middle, high, most = sorted(draw(st.lists(st.integers(-300, 900), min_size=4, max_size=4)))
    if kind is AtLeast:
        return AtLeast(met=middle / 100, warning=low / 100)
    if kind is AtMost:
        return AtMost(met=middle, warning=high)
    return Within(met_from=middle / 100, met_to=high / 100, warning_from=low / 100, warning_to=most / 100)


def some(values: Any, least: int = 0) -> Any:
    """A tuple of different ones."""
    return st.lists(st.sampled_from(list(values)), unique=True, min_size=least, max_size=4).map(tuple)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any kind with arbitrary members."""
    cls: type = draw(st.sampled_from(RULES))
    given = {one.name: draw(_member(cls, one.name, hint, limits_of(one).some)) for one, hint in members(cls).values()}
    if cls is OperationsRule and not given["components"]:
        given["questions"] = ("team-on-call",)
    made: Rule = cls(**given)
    return made


def _member(cls: type, name: str, hint: Any, needs_some: bool) -> Any:
    if name == "band":
        kind = next(one for one in (AtLeast, AtMost, Within) if one.__name__ in str(hint))
        return bands(kind) | st.none() if "None" in str(hint) else bands(kind)
    if hint is bool:
        return st.booleans()
    if hint == tuple[str, ...]:
        return some(BY_NAME) if cls is WorkloadRule else some(["team-on-call", "data-lineage", "a-b"])
    words = getattr(hint, "__args__", (hint,))[0]
    if "tuple" in str(hint):
        return some(words, int(needs_some))
    one_of = st.sampled_from(list(words))
    return one_of | st.none() if "None" in str(hint) else one_of


@st.composite
def evidence_rules(draw: st.DrawFn, rule: Rule) -> EvidenceRule:
    environment = st.builds(
        Match, data_real=st.booleans(), users_real=st.booleans(), stages=some(Stage), chosen_venue=st.booleans(),
        chosen_accelerator=st.booleans(),
    )  # fmt: skip
    wanted: dict[str, Any] = {
        "types": some(EvidenceKind),
        "max_age_days": st.none() | st.integers(1, 3_650),
        "min_samples": st.none() | st.integers(1, 10_000),
        "min_duration_s": st.none() | st.integers(1, 10_000).map(float),
        "environment": st.none() | environment,
    }
    return EvidenceRule(**{name: draw(each) for name, each in wanted.items() if name in rule.evidence})


@st.composite
def criteria(draw: st.DrawFn, key: str) -> Criterion:
    kind, rule = draw(st.sampled_from(list(CriterionKind))), draw(rules())
    scored = kind is CriterionKind.SHOULD_MEET
    is_key = scored and draw(st.booleans())
    blocks = is_key or kind in (CriterionKind.MUST_MEET, CriterionKind.READINESS)
    impossible = None
    if blocks and rule.figures and draw(st.booleans()):
        bound = draw(st.sampled_from(["at_most", "at_least"]))
        impossible = Impossible(figure=draw(st.sampled_from(rule.figures)), **{bound: draw(st.integers(-9, 9)) / 4})
    return Criterion(
        key=key, text=draw(texts), why=draw(st.just("") | texts), kind=kind, rule=rule, is_key=is_key, impossible=impossible,
        dimension=draw(st.sampled_from(list(CriterionDimension))), waivable=draw(st.booleans()),
        weight=draw(st.integers(1, 1_000)) / 100 if scored else 1.0, evidence=draw(evidence_rules(rule)),
    )  # fmt: skip


@st.composite
def votings(draw: st.DrawFn) -> Voting:
    return Voting(
        majority=draw(st.sampled_from(list(Majority))), tie=draw(st.sampled_from(list(TieRule))),
        quorum=Quorum(least=draw(st.integers(1, 9)), share=draw(shares), functions=(*REQUIRED_FUNCTIONS, *draw(some(_OTHERS)))),
        veto=Veto(functions=draw(some(GateFunction))),
        written=Written(allowed=draw(st.booleans()), hours=draw(st.integers(1, 300))),
    )  # fmt: skip


@st.composite
def thresholds(draw: st.DrawFn) -> Thresholds:
    one, other = draw(shares), draw(shares)
    return Thresholds(passing=max(one, other), warning=min(one, other))


@st.composite
def templates(draw: st.DrawFn) -> Template:
    count = draw(st.integers(1, 3))
    stages = draw(st.lists(keys, min_size=count + 1, max_size=count + 1, unique=True))
    gates = []
    for number in range(count):
        named = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
        gates.append(
            Gate(
                key=f"gate-{number}", name=draw(texts), from_stage=stages[number], to_stage=stages[number + 1],
                last_before_production=number == count - 1 and draw(st.booleans()), note=draw(st.just("") | texts),
                thresholds=draw(st.none() | thresholds()), voting=draw(st.none() | votings()),
                criteria=tuple(draw(criteria(key)) for key in named),
            )
        )  # fmt: skip
    return Template(
        key=draw(keys), name=draw(texts), note=draw(st.just("") | texts), lifecycle=draw(keys), thresholds=draw(thresholds()),
        voting=draw(votings()), waivers=Waivers(most_days=draw(st.integers(1, 900))), gates=tuple(gates),
    )  # fmt: skip
