"""The page of deciding: its sentence, and what a condition may be proven by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.kit.templatetags.ui import VERDICTS
from readiness.evidence.tables.reasons import statistic_words
from readiness.gates.choices import ProofKind
from readiness.gates.rules.canonical import digest
from readiness.gates.rules.decisions import Situation
from readiness.gates.rules.record.risk import as_read
from readiness.gates.rules.templates.template import Gate
from readiness.gates.tables.panel import name_of
from readiness.gates.tables.words import BALLOTS, OUTCOMES, PROOFS

Row = Mapping[str, Any]
LONGEST = 50_000


def headline(found: Situation) -> str:
    """`Voted: Go. Recommended: Conditional Go`, or why nothing can be decided."""
    recommended = OUTCOMES[found.recommendation.outcome][0]
    if found.tally.outcome is None:
        return _("There is no quorum, so nothing can be decided yet. Recommended: %s") % recommended
    return _("Voted: %(voted)s. Recommended: %(recommended)s") % {
        "voted": OUTCOMES[found.tally.outcome][0], "recommended": recommended,
    }  # fmt: skip


def proof_choices(gate: Gate, requirements: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """A person, each criterion of the gate, each requirement of the initiative."""
    person = [(ProofKind.PERSON.value, str(PROOFS[ProofKind.PERSON]))]
    criteria = [(f"{ProofKind.CRITERION}:{one.key}", _("Criterion met: %s") % one.text) for one in gate.criteria]
    rows = [
        (
            f"{ProofKind.REQUIREMENT}:{one['id']}",
            _("Requirement met: %(metric)s (%(workload)s)") % {
                "metric": statistic_words(one["metric"], one["percentile"]), "workload": one["workload__name"],
            },
        )
        for one in requirements
    ]  # fmt: skip
    return person + criteria + rows


def shown(told: Row) -> str:
    """What the page shows, briefly, for the form to carry: so that a refusal can say what changed since."""
    return json.dumps(_brief(told), ensure_ascii=False, separators=(",", ":"))


def differences(before: str, told: Row) -> list[str]:
    """What is other now than on the page that was decided from, a sentence each."""
    old, new = _read(before), _brief(told)
    found = [
        *_criteria(old.get("criteria", {}), new["criteria"], {one["key"]: one["text"] for one in told["criteria"]}),
        *_votes(old.get("votes", {}), new["votes"], told["people"]),
    ]
    if old.get("recommended") in OUTCOMES and old["recommended"] != new["recommended"]:
        found.append(_turned(_("Recommended"), OUTCOMES[old["recommended"]][0], OUTCOMES[new["recommended"]][0]))
    for name, label in _PARTS:
        if old.get(name) != new[name]:
            found.append(str(label))
    return found or [_("The review has moved on, or something behind a criterion changed.")]


_PARTS = (
    ("there", gettext_lazy("Somebody came into the room or left it.")),
    ("seats", gettext_lazy("The panel is another one.")),
    ("waivers", gettext_lazy("A waiver came into force or ended.")),
    ("conditions", gettext_lazy("Other conditions of the gate before are open.")),
    ("risk", gettext_lazy("The risk figure is another one.")),
)


def _brief(told: Row) -> dict[str, Any]:
    replaced = {one["supersedes"] for one in told["votes"]}
    return {
        "criteria": {one["key"]: [one["verdict"], digest(one)[:12]] for one in told["criteria"]},
        "votes": {str(one["seat"]): one["ballot"] for one in told["votes"] if one["id"] not in replaced},
        "recommended": told["recommendation"]["outcome"],
        "there": sorted(one["person"] for one in told["attendance"] if one["left_at"] is None),
        "seats": [[one["holder"], one["standing"], one["filled_by"]] for one in told["seats"]],
        "waivers": sorted(one["id"] for one in told["waivers"]),
        "conditions": sorted(one["id"] for one in told["open_conditions"]),
        "risk": as_read(told["risk"]),
    }


def _read(text: str) -> dict[str, Any]:
    """What came back from the browser; anything else than our own form says nothing."""
    try:
        found = json.loads(text[:LONGEST])
    except (ValueError, RecursionError):
        return {}
    whole = isinstance(found, dict) and all(isinstance(found.get(name), dict) for name in ("criteria", "votes"))
    return found if whole else {}


def _criteria(old: Row, new: Row, texts: Row) -> Iterator[str]:
    for key, (verdict, mark) in new.items():
        before = old.get(key)
        if not isinstance(before, list) or len(before) != 2 or before == [verdict, mark]:
            continue
        if before[0] != verdict and before[0] in VERDICTS:
            yield _turned(texts[key], VERDICTS[before[0]][0], VERDICTS[verdict][0])
        else:
            yield _("%s: the evidence behind it is another one.") % texts[key]


def _votes(old: Row, new: Row, names: Row) -> Iterator[str]:
    for seat, ballot in new.items():
        if old.get(seat) != ballot:
            yield _("%(name)s voted: %(ballot)s.") % {"name": name_of(names, int(seat)), "ballot": BALLOTS[ballot][0]}


def _turned(what: Any, before: Any, after: Any) -> str:
    return _("%(what)s: %(before)s → %(after)s.") % {"what": what, "before": before, "after": after}
