"""What is said to a person whose vote, waiver, decision or proof cannot be taken, in words and as the rules' own codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from readiness.gates.choices import FUNCTION_LABELS, OUTCOME_LABELS, GateFunction, Outcome
from readiness.gates.rules import conditions, decisions, reviews, waivers
from readiness.gates.rules.faults import Fault
from readiness.gates.rules.voting import casting

_VOTE: dict[StrEnum, Promise] = {
    casting.Code.NOT_IN_REVIEW: _("Nobody votes on it now."),
    casting.Code.NO_SEAT: _("You have no seat at this gate that is yours to vote on."),
    casting.Code.RECUSED: _("You are recused: the initiative is your own, or you said so."),
    casting.Code.NOT_PRESENT: _("Votes are cast in the room; arrive first."),
    casting.Code.WINDOW_NOT_OPEN: _("The vote in writing has not begun."),
    casting.Code.WINDOW_OVER: _("The vote in writing has ended."),
    casting.Code.NOT_OFFERED: _("Conditional Go is not offered at the last gate before production."),
    casting.Code.RATIONALE_MISSING: _("Say why."),
    casting.Code.DELEGATE_RECUSES: _(
        "You stand for somebody else; the seat is not yours to empty. Ask them to end the delegation."
    ),
    casting.Code.SUPERSEDES_OTHER: _("Somebody voted on this seat meanwhile; look at it and vote again."),
    casting.Code.WRITTEN_NOT_ALLOWED: _("The template does not allow a vote in writing."),
    casting.Code.WINDOW_TOO_SHORT: _("The window must be open for at least %(hours)s hours."),
    casting.Code.WINDOW_TOO_LONG: _("The window may be open for at most %(hours)s hours."),
    casting.Code.WINDOW_IN_THE_PAST: _("The window lies in the past."),
}  # fmt: skip
_DECISION: dict[StrEnum, Promise] = {
    decisions.Code.NOT_PROPOSED: _("It is not up for decision."),
    decisions.Code.NO_QUORUM: _("There is no quorum: %(needed)s are needed."),
    decisions.Code.RECUSED: _("You are recused: the initiative is your own, or you said so."),
    decisions.Code.NOT_ELIGIBLE: _("You have no seat at this gate that is yours to fill."),
    decisions.Code.STALE_VIEW: _("Something changed after the page that you decided from; look at it again."),
    decisions.Code.NOT_OFFERED: _("%(outcome)s is not open here."),
    decisions.Code.REASON_MISSING: _("It differs from what was recommended or voted: say why."),
    decisions.Code.CONDITIONS_MISSING: _("A Conditional Go has at least one condition."),
    decisions.Code.CONDITIONS_WRONG: _("Condition %(number)s is not complete."),
    decisions.Code.CONDITIONS_TOO_MANY: _("Only a Conditional Go has conditions."),
    decisions.Code.REASON_CODE_MISSING: _("A Kill names its reason."),
    decisions.Code.LESSON_MISSING: _("A Kill keeps a lesson."),
    decisions.Code.CLOSURE_WITHOUT_KILL: _("Only a Kill closes the initiative with a reason and a lesson."),
}
_REVIEW: dict[StrEnum, Promise] = {
    reviews.Code.NOT_FROM_HERE: _("This step does not follow on the state that the review is in."),
    reviews.Code.NOT_YOURS: _("This step is not yours to take."),
    reviews.Code.GATE_PASSED: _("Another round is for what was put on hold or sent back."),
    reviews.Code.MOVED_ON: _("Something was built on this decision; correct it at the gate where things stand."),
}
_WAIVER: dict[StrEnum, Promise] = {
    waivers.Code.NOT_FROM_HERE: _("This step does not follow on the state that the waiver is in."),
    waivers.Code.OWN_REQUEST: _("Whoever asked for it cannot approve it."),
    waivers.Code.OWN_INITIATIVE: _("Nobody approves a waiver of their own initiative."),
    waivers.Code.NOT_WAIVABLE: _("This criterion cannot be waived."),
    waivers.Code.REASON_MISSING: _("Say why."),
    waivers.Code.MEASURE_MISSING: _("Say what makes up for it."),
    waivers.Code.EXPIRY_MISSING: _("A waiver always ends: say when."),
    waivers.Code.EXPIRY_IN_THE_PAST: _("The end lies in the past."),
    waivers.Code.EXPIRY_NOT_LATER: _("An extension ends later than the waiver does."),
    waivers.Code.TOO_LONG: _("A waiver lasts at most %(days)s days."),
    waivers.Code.NOT_BEFORE_EXPIRY: _("It would begin when it has ended."),
}
_CONDITION: dict[StrEnum, Promise] = {
    conditions.Code.TEXT_MISSING: _("say what is to be shown"),
    conditions.Code.OWNER_MISSING: _("name its owner"),
    conditions.Code.DUE_MISSING: _("say when it is due"),
    conditions.Code.DUE_IN_THE_PAST: _("its day is over"),
    conditions.Code.PROOF_MISSING: _("say what proves it"),
    conditions.Code.NOT_OPEN: _("It is not open any more."),
    conditions.Code.NOT_PROVEN: _("Evidence proves this one, nobody's word; it does not show it yet."),
    conditions.Code.NOTE_MISSING: _("Say how it was shown."),
    conditions.Code.OWN_WORD: _("Whoever set or owns a condition is not the one who proves it; ask somebody else."),
}
# A form shows these beside the field of that name; everything else is of the whole.
_FIELDS: dict[StrEnum, str] = {
    casting.Code.RATIONALE_MISSING: "rationale",
    decisions.Code.REASON_MISSING: "reason",
    decisions.Code.CONDITIONS_MISSING: "conditions",
    decisions.Code.CONDITIONS_WRONG: "conditions",
    decisions.Code.CONDITIONS_TOO_MANY: "conditions",
    decisions.Code.REASON_CODE_MISSING: "reason_code",
    decisions.Code.LESSON_MISSING: "lesson",
    waivers.Code.MEASURE_MISSING: "measure",
    waivers.Code.EXPIRY_MISSING: "expires_at",
    waivers.Code.EXPIRY_IN_THE_PAST: "expires_at",
    waivers.Code.EXPIRY_NOT_LATER: "expires_at",
    waivers.Code.TOO_LONG: "expires_at",
    waivers.Code.NOT_BEFORE_EXPIRY: "begins_at",
    conditions.Code.NOTE_MISSING: "note",
}
_BARS: dict[str, Promise] = {
    decisions.Barrier.LAST_GATE: _("it is the last gate before production"),
    decisions.Barrier.OPEN_CONDITIONS: _("conditions of the gate before are open"),
    decisions.Barrier.VETO: _("there is a veto"),
}


class Refused(ValidationError):
    """The rules object. `faults` are theirs, for whoever wants more than the words."""

    words: ClassVar[dict[type, dict[StrEnum, Promise]]] = {
        casting.Code: _VOTE,
        decisions.Code: _DECISION,
        reviews.Code: _REVIEW,
        waivers.Code: _WAIVER,
        conditions.Code: _CONDITION,
    }

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__([ValidationError(_said(one), code=one.code.value) for one in faults])

    def has(self, code: StrEnum) -> bool:
        return any(one.code is code for one in self.faults)

    def by_field(self) -> dict[str, list[str]]:
        """Messages under the field they belong to, "" for the whole."""
        found: dict[str, list[str]] = {}
        for one in self.faults:
            found.setdefault(_FIELDS.get(one.code, ""), []).append(_said(one))
        return found


def refuse_if(faults: Iterable[Fault]) -> None:
    """Raises Refused where there is any fault."""
    if found := tuple(faults):
        raise Refused(found)


def _said(fault: Fault) -> str:
    text = Refused.words[type(fault.code)][fault.code]
    said = str(text % {**fault.values, "outcome": _outcome(fault)} if fault.values else text)
    details = [*_barred(fault), *_lacking(fault), *_wrong(fault)]
    return f"{said} ({'; '.join(details)})" if details else said


def _outcome(fault: Fault) -> str:
    value = fault.values.get("outcome")
    return OUTCOME_LABELS[Outcome(value)] if value in set(Outcome) else ""


def _barred(fault: Fault) -> list[str]:
    return [str(_BARS[one]) for one in fault.values.get("bars", ())]


def _lacking(fault: Fault) -> list[str]:
    if fault.code is not decisions.Code.NO_QUORUM:
        return []
    return [str(_("nobody for %s") % FUNCTION_LABELS[GateFunction(one)]) for one in fault.values.get("missing", ())]


def _wrong(fault: Fault) -> list[str]:
    """What is wrong with a condition, in words."""
    if fault.code is not decisions.Code.CONDITIONS_WRONG:
        return []
    return [str(_CONDITION[conditions.Code(one)]) for one in fault.values.get("faults", ())]
