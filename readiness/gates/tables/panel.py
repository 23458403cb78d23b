"""The panel of a review: seats, who fills them, who is in the room, what was voted, what the quorum lacks.

From the rows that a snapshot keeps (rules.record.snapshot.ground_plain), so that a decision shows what its deciders saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import grouped
from readiness.gates.choices import Ballot, GateFunction, Mode
from readiness.gates.rules.templates.template import Voting
from readiness.gates.rules.voting.panel import Standing
from readiness.gates.rules.voting.tally import How, Reached
from readiness.gates.tables.reasons import share
from readiness.gates.tables.words import BALLOTS, FUNCTIONS, MAJORITIES, OUTCOMES, STANDINGS, TIES, Text, function_words, sign

Row = Mapping[str, Any]
_OUT = (Standing.RECUSED_OWN, Standing.RECUSED_SELF, Standing.INACTIVE)
HOW: dict[str, Text] = {
    How.COUNTED: gettext_lazy("by count"),
    How.TIE_BROKEN: gettext_lazy("by the tie rule: exactly half would have it"),
    How.VETOED: gettext_lazy("by a veto"),
    How.NOBODY_CHOSE: gettext_lazy("because nobody chose: nothing advances by itself"),
    How.NO_QUORUM: gettext_lazy("there is no quorum yet"),
}


def seats(ground: Row, *, reader: int | None = None) -> list[dict[str, Any]]:
    """Each seat with who fills it, whether they are there, and their vote. `reader`: whose seat is marked as their own."""
    names, votes = ground["people"], _effective(ground["votes"])
    there = {one["person"] for one in ground["attendance"] if one["left_at"] is None}
    return [_seat(one, names, votes, there, reader) for one in ground["seats"]]


def _seat(one: Row, names: Row, votes: Mapping[int, Row], there: set[int], reader: int | None) -> dict[str, Any]:
    vote = votes.get(one["holder"])
    return {
        "holder": one["holder"],
        "name": name_of(names, one["holder"]),
        "functions": function_words(one["functions"]),
        "chair": one["chair"],
        "out": one["standing"] in _OUT,
        "standing": sign(STANDINGS, one["standing"]),
        "plain": one["standing"] == Standing.SELF,
        "delegate": name_of(names, one["filled_by"]) if one["standing"] == Standing.DELEGATE else "",
        "there": one["filled_by"] in there if one["filled_by"] else False,
        "person": one["filled_by"],
        "own": reader is not None and one["filled_by"] == reader,
        "vote": cast(vote, names) if vote else None,
    }


def cast(vote: Row, names: Row) -> dict[str, Any]:
    """One vote as a line."""
    return {
        "id": vote["id"],
        "ballot": sign(BALLOTS, vote["ballot"]),
        "by": name_of(names, vote["by"]) if vote["by"] != vote["seat"] else "",
        "seat": name_of(names, vote["seat"]),
        "rationale": vote["rationale"],
        "at": _moment(vote["at"]),
    }


def superseded(ground: Row) -> list[dict[str, Any]]:
    """Votes that a later one of the same seat took the place of; they are kept."""
    replaced = {one["supersedes"] for one in ground["votes"]}
    return [cast(one, ground["people"]) for one in ground["votes"] if one["id"] in replaced]


def visitors(ground: Row) -> list[dict[str, Any]]:
    """Whoever was in the room, seated or not, with from when to when."""
    return [
        {
            "name": name_of(ground["people"], one["person"]),
            "person": one["person"],
            "arrived_at": _moment(one["arrived_at"]),
            "left_at": _moment(one["left_at"]),
        }
        for one in ground["attendance"]
    ]


def quorum(reached: Reached, mode: str) -> dict[str, Any]:
    """The bar, and what is lacking in words."""
    return _quorum(reached.present, reached.needed, met=reached.met, mode=mode) | {
        "lacks": _lacks(reached, mode),
        "hopeless": not reached.attainable,
    }


def frozen_quorum(tally: Row, mode: str) -> dict[str, Any]:
    """The same from a snapshot, which says whether it was met and no more."""
    told = tally["quorum"]
    return _quorum(told["present"], told["needed"], met=told["met"], mode=mode) | {"lacks": "", "hopeless": False}


def _quorum(present: int, needed: int, *, met: bool, mode: str) -> dict[str, Any]:
    what = _("%(present)s voted, %(needed)s needed") if mode == Mode.WRITTEN else _("%(present)s there, %(needed)s needed")
    said = what % {"present": grouped(present), "needed": grouped(needed)}
    return {"met": met, "present": present, "needed": needed, "text": said, "most": max(present, needed, 1)}


def _lacks(reached: Reached, mode: str) -> str:
    if reached.met:
        return ""
    short = reached.needed - reached.present
    people = ngettext("%d more person", "%d more people", short) % short if short > 0 else ""
    functions = function_words([one.value for one in reached.missing])
    lacks = _(" and ").join(part for part in (people, _("somebody for %s") % functions if functions else "") if part)
    return (_("Still to vote: %s.") if mode == Mode.WRITTEN else _("Still to come: %s.")) % lacks


def tally(told: Row) -> dict[str, Any]:
    """Counts by ballot, what they come to and how."""
    counts = [{"ballot": sign(BALLOTS, one.value), "count": told["counts"].get(one.value, 0)} for one in Ballot]
    outcome = told["outcome"]
    return {
        "counts": [one for one in counts if one["count"]],
        "outcome": sign(OUTCOMES, outcome) if outcome else None,
        "how": str(HOW.get(told["how"], told["how"])),
        "vetoes": len(told["vetoes"]),
    }


def rules(voting: Voting) -> list[str]:
    """How votes are counted at this gate, a sentence each."""
    needed = voting.quorum
    functions = function_words([one.value for one in needed.functions])
    found = [
        _("A quorum is %(least)s people and %(share)s of the panel, with %(functions)s each present.") % {
            "least": needed.least, "share": share(needed.share), "functions": functions or _("nobody in particular"),
        },
        _("Go and Conditional Go need %(majority)s of the votes; a tie goes to %(tie)s.") % {
            "majority": MAJORITIES[voting.majority], "tie": TIES[voting.tie],
        },
    ]  # fmt: skip
    if voting.veto.functions:
        found.append(_("A veto of %s bars Go and Conditional Go.") % function_words([one.value for one in voting.veto.functions]))
    if voting.written.allowed:
        found.append(_("Votes may be held in writing, over at least %d hours.") % voting.written.hours)
    return found


def name_of(names: Row, person: int | None) -> str:
    """As the rows name them; a person that they do not name has a number."""
    if person is None:
        return ""
    found = names.get(str(person)) or names.get(person)  # type: ignore[call-overload]
    return str(found or _("person %d") % person)


def ballots(*, last_gate: bool) -> list[tuple[str, Text]]:
    """What may be voted here; there is no Conditional Go at the last gate before production."""
    return [(one.value, BALLOTS[one][0]) for one in Ballot if not (last_gate and one is Ballot.CONDITIONAL)]


def function_choices() -> list[tuple[str, Text]]:
    return [(one.value, FUNCTIONS[one]) for one in GateFunction]


def _effective(votes: Sequence[Row]) -> dict[int, Row]:
    replaced = {one["supersedes"] for one in votes}
    return {one["seat"]: one for one in votes if one["id"] not in replaced}


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
