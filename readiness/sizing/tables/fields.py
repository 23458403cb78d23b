"""The left side of the sizing page: the inputs that move the answer, widest first, each with what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from readiness.core.sizing.answer import Influence
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach
from readiness.sizing.rules.asked import stated
from readiness.sizing.rules.live import Live, Stored
from readiness.sizing.rules.suppose import SHARE, number, shown
from readiness.sizing.services.messages import UNREAD
from readiness.sizing.tables.labels import Text
from readiness.sizing.tables.words import fault_text, input_label
from readiness.workloads.choices import Knowledge, Origin, Precision
from readiness.workloads.rules.demand import NOT_ASKED_YET, Value, arrival_from_users, quantity
from readiness.workloads.rules.fields import BY_NAME, Field, asked
from readiness.workloads.tables.labels import unit_of
from readiness.workloads.tables.numbers import shown as said
from readiness.workloads.tables.numbers import span

RATE = "arrival_per_s"
_OF_PEOPLE = ("users", "requests_per_user_day", "busy_hours_per_day")
_NEVER = frozenset({"burst_s"})  # asked by the profile, of no weight in the count


@dataclass(frozen=True, slots=True)
class Entry:
    """One input. `text` stands in its field, `hint` in grey where it is empty; `state` is known, unknown, supposed or wrong."""

    name: str
    label: str
    unit: str
    text: str
    hint: str
    state: str
    says: str
    why: str = ""
    moves: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def entries(stored: Stored, now: Live) -> tuple[list[Entry], list[Entry]]:
    """Those that move the answer or are typed over, widest first; and all others of the profile, in the order asked."""
    answer = now.main.answer
    influences = {one.name: one for one in answer.influences} if answer is not None else {}
    places = {name: place for place, name in enumerate(influences)}
    found = [
        _entry(one, stored.values, now, influences.get(one.name))
        for one in asked(stored.task, stored.workload_class)
        if one.name not in _NEVER
    ]
    first = [one for one in found if one.moves or one.state in ("supposed", "wrong") or _leads(one, stored, found)]
    first.sort(key=lambda one: places.get(one.name, -1 if one.state in ("supposed", "wrong") else len(places)))
    shown_names = {one.name for one in first}
    return first, [one for one in found if one.name not in shown_names]


def candidate_entries(stored: Stored, now: Live) -> list[Entry]:
    """What the candidate is made of: choices of the catalogue and the pools, counts, what a worker needs."""
    draft = now.asked.draft
    texts = stated(draft) | now.asked.texts
    names = {
        Approach.SELF_HOSTED: ("model", "accelerator", "accelerators", "precision", "kv_precision", "pool", "utilisation"),
        Approach.WORKERS: ("service_s", "accelerator", "accelerators", "slots", "pool", "utilisation"),
        Approach.API: ("model", "requests_per_minute", "tokens_per_minute"),
    }[draft.approach]
    return [_of_candidate(name, texts, stored, now) for name in names]


def _entry(one: Field, values: Mapping[str, Value], now: Live, influence: Influence | None) -> Entry:
    value = values.get(one.name)
    typed, wrong = now.supposed.texts.get(one.name), now.supposed.wrong.get(one.name)
    state, says = _standing(one, value or NOT_ASKED_YET)
    text, hint = shown(value, one.unit), _hint(one, value)
    if typed is not None:
        state, says = ("wrong", fault_text(wrong)) if wrong else ("supposed", _("in the profile: %s") % says)
        text = typed
    elif state == "known":
        says = ""  # the field itself says it
    elif one.name == RATE and arrival_from_users(now.supposed.over(values)) is not None and now.demand.arrival_per_s:
        state, says, hint = _derived(now.demand.arrival_per_s)
    return Entry(
        one.name, input_label(one.name), "" if one.unit == SHARE else unit_of(one.unit), text, hint, state, says,
        why=str(_(one.why)) if one.why else "", moves=_moves(influence),
    )  # fmt: skip


def _derived(rate: Quantity) -> tuple[str, str, str]:
    """State, words and grey number of the rate that people, their requests and hours give."""
    text = said(rate.likely) if rate.exact else f"{said(rate.likely)} ({span(rate.low, rate.high)})"
    return (
        "known" if rate.known else "unknown",
        _("follows from people, requests and hours: %s") % text,
        number(float(f"{rate.likely:.3g}")),
    )


def _standing(one: Field, value: Value) -> tuple[str, str]:
    """What the profile says, in words."""
    if value.knowledge == Knowledge.NOT_APPLICABLE:
        return "known", _("not applicable")
    unit = unit_of(one.unit)
    if value.knowledge == Knowledge.KNOWN:
        ranged = value.low is not None and value.high is not None and value.low < value.high
        text = span(value.low, value.high, one.unit) if ranged else said(value.value, one.unit)  # type: ignore[arg-type]
        return "known", f"{text} {unit}"
    found = quantity(one.name, value)
    assert found is not None
    text = f"{span(found.low, found.high, one.unit)} {unit}"
    if value.origin == Origin.TEMPLATE:
        return "unknown", _("not known, the template assumes %s") % text
    return "unknown", _("not known, plausible: %s") % text


def _hint(one: Field, value: Value | None) -> str:
    if value is not None and value.knowledge != Knowledge.UNKNOWN:
        return shown(value, one.unit)
    found = quantity(one.name, value or NOT_ASKED_YET)
    return number(found.likely, one.unit) if found is not None else ""


def _moves(influence: Influence | None) -> str:
    """The replicas at the ends of its range, in words."""
    if influence is None or influence.at_low == influence.at_high:
        return ""
    low, high = sorted((influence.at_low, influence.at_high))
    if low == 0:
        return _("at one end no number is enough")
    return _("moves it from %s replicas") % span(low, high)


def _leads(one: Entry, stored: Stored, found: Iterable[Entry]) -> bool:
    """Required values always stand in front; so do people and their requests while nobody knows the rate."""
    if BY_NAME[one.name].required:
        return True
    rate = next((other for other in found if other.name == RATE), None)
    return one.name in _OF_PEOPLE and rate is not None and rate.state == "unknown" and one.name in stored.values


def _of_candidate(name: str, texts: Mapping[str, str], stored: Stored, now: Live) -> Entry:
    wrong, typed = now.asked.wrong.get(name), name in now.asked.texts
    state = "wrong" if wrong else "supposed" if typed else "known"
    says = str(UNREAD[wrong]) if wrong else ""
    return Entry(name, str(CANDIDATE_LABELS[name]), "", texts.get(name, ""), "", state, says, choices=_choices(name, stored, now))


def _choices(name: str, stored: Stored, now: Live) -> tuple[tuple[str, str], ...]:
    offered = stored.offered
    if name == "model":
        of_task = [row for row in offered.models if row["task"] == stored.task or row["task"] == "generate"]
        return (("", _("not chosen")), *((row["key"], row["name"]) for row in of_task))
    if name == "accelerator":
        return (("", _("not chosen")), *((row["key"], row["name"]) for row in offered.accelerators))
    if name in ("precision", "kv_precision"):
        return tuple((one.value, one.value.upper()) for one in Precision)
    if name == "pool":
        draft = now.asked.draft
        fit = [row for row in offered.pools.values() if _holds(row, draft.accelerator)]
        return (("", _("no pool")), *((str(row["id"]), _pool_label(row)) for row in fit))
    return ()


def _holds(pool: Mapping[str, Any], accelerator: Mapping[str, Any] | None) -> bool:
    return accelerator is None or pool["accelerator_id"] in (None, accelerator["id"])


def _pool_label(pool: Mapping[str, Any]) -> str:
    if pool["free"] is None:
        return str(_("%s (free: not known)") % pool["name"])
    return _("%(name)s (%(free)s free)") % {"name": pool["name"], "free": said(pool["free"])}


CANDIDATE_LABELS: dict[str, Text] = {
    "model": _lazy("Model"),
    "accelerator": _lazy("Accelerator"),
    "accelerators": _lazy("Accelerators per replica"),
    "precision": _lazy("Precision of the weights"),
    "kv_precision": _lazy("Precision of the KV cache"),
    "pool": _lazy("Pool"),
    "utilisation": _lazy("Loaded at most to"),
    "slots": _lazy("Worker slots per replica"),
    "service_s": _lazy("Time of one request on a worker (s)"),
    "requests_per_minute": _lazy("Quota, requests per minute"),
    "tokens_per_minute": _lazy("Quota, tokens per minute"),
}
