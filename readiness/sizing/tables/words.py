"""The sentence that a sizing makes, by rule: what is needed, what there is, what nobody knows, and what it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import DASH, grouped
from readiness.core.sizing.answer import Answer, Constraint, Count, Influence
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach, Headroom, Unread
from readiness.sizing.rules.drafts import Draft
from readiness.sizing.rules.headroom import IN_REACH_AT_BEST, Standing
from readiness.sizing.rules.sized import Sized
from readiness.sizing.services.messages import UNREAD
from readiness.sizing.tables import labels
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.values import Fault
from readiness.workloads.services.messages import message
from readiness.workloads.tables import numbers

NAMED_UNKNOWNS = 2


def sentence(found: Sized) -> str:
    """The whole of it, as the page's headline."""
    return " ".join(part for part in (need(found), have(found), unknowns(found.answer), grade(found)) if part)


def short_sentence(found: Sized) -> str:
    """Need and gap alone, for a row of a list."""
    return " ".join(part for part in (need(found), have(found)) if part)


def need(found: Sized) -> str:
    """`You need 6 to 9 H100 (3 to 5 replicas of 2 each).`"""
    answer = found.answer
    if answer is None:
        return _("Nothing can be said yet. What is not known: %s.") % _listed(missing_words(found.missing))
    if found.draft.approach == Approach.API:
        return _api_need(found.draft, answer)
    thing = accelerator_name(found.draft)
    if answer.replicas is None or answer.accelerators is None:
        why = str(labels.WHY_NONE.get(answer.constraint, labels.CONSTRAINTS[answer.constraint]))
        if IN_REACH_AT_BEST in answer.notes:
            return _("As far as we know, no number of %(thing)s is enough: %(why)s. At best it would be.") % {
                "thing": thing,
                "why": why,
            }
        return _("No number of %(thing)s is enough: %(why)s.") % {"thing": thing, "why": why}
    text = (
        _("You need %(count)s %(thing)s%(parts)s.")
        if not answer.unbounded
        else _("You need %(count)s %(thing)s%(parts)s; at worst no number is enough.")
    )
    return text % {"count": span(answer.accelerators), "thing": thing, "parts": _replicas(found.draft, answer.replicas)}


def have(found: Sized) -> str:
    """`You have 4 free in “Frankfurt”: 2 to 5 short.`; for an API what of the quota there is."""
    stands = found.standing
    if found.answer is None or found.draft.approach == Approach.API or found.answer.replicas is None:
        return ""
    if found.draft.pool is None:
        return _("No pool of ours that could hold them is named.")
    pool = {"pool": found.draft.pool["name"]}
    if stands.free is None:
        return _("Nobody knows how many are free in “%(pool)s”.") % pool
    said = pool | {"free": numbers.shown(max(0.0, stands.free)), "gap": _gap(stands)}
    return _("You have %(free)s free in “%(pool)s”: %(gap)s.") % said


def _gap(stands: Standing) -> str:
    """`enough`, `2 to 5 short`, `it may be 5 short`."""
    low, high = counted(stands.short_low), counted(stands.short_high)
    if stands.verdict == Headroom.MET:
        return _("enough")
    if stands.verdict == Headroom.WARNING:
        return _("it may be %s short") % high if stands.short_high else _("that may not be enough")
    return _("%s short") % (low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high})


def unknowns(answer: Answer | None) -> str:
    """`You do not know your peak and your prompt length.`: those that move the count most."""
    names = [str(labels.IN_SENTENCE[one.name]) for one in top_unknowns(answer)]
    return _("You do not know %s.") % _listed(names) if names else ""


def top_unknowns(answer: Answer | None, most: int = NAMED_UNKNOWNS) -> list[Influence]:
    """Unknown values that somebody could find out, widest first, and only those that change the answer."""
    if answer is None:
        return []
    wanted = (one for one in answer.influences if not one.known and one.name in labels.IN_SENTENCE and one.at_low != one.at_high)
    return [one for _place, one in zip(range(most), wanted, strict=False)]


def grade(found: Sized) -> str:
    """What the answer stands on, in a sentence; nothing where there is no answer."""
    if found.answer is None:
        return ""
    if found.draft.approach == Approach.API:
        return str(labels.GRADE_SENTENCES_API.get(found.answer.grade, labels.GRADE_SENTENCES[found.answer.grade]))
    return str(labels.GRADE_SENTENCES[found.answer.grade])


def binds(answer: Answer) -> str:
    """What the answer hangs on, in a word."""
    return str(labels.CONSTRAINTS[answer.constraint])


def missing_words(codes: Iterable[str]) -> list[str]:
    """Missing facts as parts of a sentence; a field of the profile by its label."""
    return [_missing(code) for code in codes]


def span(count: Count | None) -> str:
    """`6 to 9`, `6` or a dash."""
    if count is None:
        return DASH
    if count.low == count.high:
        return counted(count.low)
    return _("%(low)s to %(high)s") % {"low": counted(count.low), "high": counted(count.high)}


def counted(number: int) -> str:
    """A count; from a thousand on its first two digits, because nobody knows the others: 14,184 -> 14,000."""
    return grouped(number if number < 1000 else round(number, 2 - len(str(number))))


def quantity(value: Quantity | None, unit: str = "") -> tuple[str, str]:
    """`2.1 (0.1 to 270)` and its unit, the one in which the likely value is a number to read: 0.0021 Gbit/s -> 2.1 Mbit/s.

    A range has two digits that matter, and a value that is sure three; it stands alone.
    """
    if value is None:
        return DASH, unit
    scale, name = _scale(abs(value.likely), unit)
    if value.exact:
        return numbers.shown(value.likely / scale), name
    low, likely, high = (rough(part / scale) for part in (value.low, value.likely, value.high))
    return f"{likely} ({_('%(low)s to %(high)s') % {'low': low, 'high': high}})", name


def rough(value: float) -> str:
    """Two digits that matter, from a hundred to a thousand the whole number: 0.266 -> 0.27, 256.4 -> 256, 40947 -> 41,000."""
    return numbers.shown(round(value) if 100 <= abs(value) < 1000 else float(f"{value:.2g}"))


def _scale(size: float, unit: str) -> tuple[float, str]:
    offered = labels.SCALES.get(unit, ((1.0, unit),))
    return next((one for one in offered if size >= one[0]), offered[-1] if size else (1.0, unit))


def accelerator_name(draft: Draft) -> str:
    """What is counted."""
    return draft.accelerator["name"] if draft.accelerator else _("machines")


def input_label(name: str) -> str:
    """The label of any input that may influence an answer."""
    if name in labels.INPUTS:
        return str(labels.INPUTS[name])
    return str(_(BY_NAME[name].label)) if name in BY_NAME else name


def fault_text(wrong: Iterable[Unread | Fault]) -> str:
    """Why a typed value cannot be taken."""
    return " ".join(message(one) if isinstance(one, Fault) else str(UNREAD[one]) for one in wrong)


def _api_need(draft: Draft, answer: Answer) -> str:
    name = draft.model["name"] if draft.model else _("The model")
    rate, tokens = answer.figures.get("requests_per_minute"), answer.figures.get("tokens_per_minute")
    values = {"model": name, "requests": _rough(rate), "tokens": _rough(tokens)}
    text = _("%(model)s must take %(requests)s requests and %(tokens)s tokens per minute.") % values
    if answer.constraint == Constraint.QUOTA_UNKNOWN:
        return text + " " + _("Its quota is not known.")
    if answer.replicas is None:
        why = labels.WHY_NONE.get(answer.constraint, labels.CONSTRAINTS[answer.constraint])
        return text + " " + _("It cannot: %s.") % why
    if answer.replicas.high <= 1:
        return text + " " + _("The quota is enough.")
    return text + " " + _("That is %s times the quota.") % span(answer.replicas)


def _rough(value: Quantity | None) -> str:
    if value is None:
        return DASH
    if value.exact:
        return numbers.shown(value.likely)
    return _("%(low)s to %(high)s") % {"low": rough(value.low), "high": rough(value.high)}


def _replicas(draft: Draft, count: Count) -> str:
    if draft.accelerators == 1:
        return ""
    text = ngettext(" (%(count)s replica of %(each)s)", " (%(count)s replicas of %(each)s each)", count.high)
    return text % {"count": span(count), "each": grouped(draft.accelerators)}


def _missing(code: str) -> str:
    kind, _colon, name = code.partition(":")
    if kind == "demand" and name in BY_NAME:
        return input_label(name)
    return str(labels.MISSING.get(code, code))


def _listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    parts = list(words)
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def notes(answer: Answer) -> Iterator[str]:
    """Remarks on the answer beside its grade."""
    yield from (str(labels.NOTES.get(code, code)) for code in answer.notes if code != "order_of_magnitude")
