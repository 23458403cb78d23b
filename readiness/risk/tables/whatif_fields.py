"""The left side of the what-if: every fact that may be supposed otherwise, as fields that say what stands now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.kit.templatetags.ui_text import tidy
from readiness.risk.choices import DriverState
from readiness.risk.rules.drivers import DRIVERS
from readiness.risk.rules.drivers.telling import state_of
from readiness.risk.rules.whatif.asked import MOST_GRANTED, YEARS, Wrong
from readiness.risk.rules.whatif.gate import Turned
from readiness.risk.rules.whatif.outcome import Outcome, Scored
from readiness.risk.rules.whatif.world import World
from readiness.risk.tables.explained import STATES, answer_text
from readiness.sizing.choices import Unread
from readiness.sizing.tables.fields import CANDIDATE_LABELS, Entry, candidate_entries, entries
from readiness.sizing.tables.words import fault_text, input_label
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.values import Fault

Section = dict[str, Any]
FUNCTIONS = {
    "storage": gettext_lazy("Storage runs in"), "training": gettext_lazy("Training runs in"),
    "inference": gettext_lazy("Inference runs in"),
}  # fmt: skip
RANGES = {
    "accelerators": gettext_lazy("From 1 to 1,024."), "slots": gettext_lazy("From 1 to 1,024."),
    "utilisation": gettext_lazy("More than 0, at most 100 %."), "service_s": gettext_lazy("More than 0, at most 1,000,000 s."),
    "requests_per_minute": gettext_lazy("More than 0."), "tokens_per_minute": gettext_lazy("More than 0."),
}  # fmt: skip
WRONG = {
    Wrong.NOT_A_NUMBER: gettext_lazy("This is no number."),
    Wrong.NOT_A_DATE: gettext_lazy("A date such as 2027-03-31, or “done” for a milestone."),
    Wrong.TOO_FAR: gettext_lazy("At most %(years)s years from today."),
    Wrong.NOT_A_SHARE: gettext_lazy("From 0 to 100 per cent."),
    Wrong.NOT_GRANTABLE: gettext_lazy("From 0 to %(most)s accelerators."),
    Wrong.NO_SUCH_OPTION: gettext_lazy("There is no such option of this initiative."),
    Wrong.NOT_AN_ANSWER: gettext_lazy("yes, partly, no, or a number from 0 to 1."),
    Wrong.NOT_CLOSED: gettext_lazy("1 says that it is proven; leave it out otherwise."),
    Wrong.NO_SUCH_NAME: gettext_lazy("There is nothing of this name to suppose."),
}


def wrong_text(fault: object, name: str = "") -> str:
    """Why a text cannot be taken, with the range that can; `name` as in the address."""
    if isinstance(fault, Wrong):
        return str(WRONG[fault]) % {"years": YEARS, "most": tidy(MOST_GRANTED)}
    faults: list[Unread | Fault] = list(fault)  # type: ignore[call-overload]
    said = fault_text(faults)
    ends = RANGES.get(name.rpartition(".")[2])
    return f"{said} {ends}" if ends and Unread.OUT_OF_RANGE in faults else said


def label_of_name(name: str, world: World) -> str:
    """What a name of the address means, for errors and lists of changes."""
    kind, _dot, rest = name.partition(".")
    if kind == "answer":
        return next((_(spec.label) for spec in DRIVERS if spec.key == rest), name)
    if kind == "venue":
        return str(FUNCTIONS.get(rest, name))
    if kind == "milestone":
        return next((one.name for one in world.milestones if str(one.id) == rest), name)
    if kind == "close":
        return next((_("Condition: %s") % one.text for one in world.conditions if str(one.id) == rest), name)
    if kind.startswith("w") and rest:
        return _of_workload(kind[1:], rest, world)
    return {"needed_on": _("Capacity is needed from"), "infrastructure": _("Infrastructure's share of the plan")}.get(name, name)


def _of_workload(pk: str, field: str, world: World) -> str:
    one = next((one for one in world.workloads.values() if str(one.id) == pk), None)
    label = _("Granted accelerators") if field == "granted" else str(CANDIDATE_LABELS.get(field, field))
    if field in BY_NAME:
        label = input_label(field)
    return f"{one.name}: {label}" if one and len(world.workloads) > 1 else label


def sections(world: World, found: Outcome, scored: Scored | None) -> list[Section]:
    """In the order in which they are asked; those without a field are left out. `open`: something in it is supposed."""
    made = [_workload(one, found) for one in found.turned.values()]
    made += [
        _dates(world, found),
        _venues(world, found),
        _budget(world, found),
        _conditions(world, found),
        _answers(found, scored),
    ]
    for section in made:
        section["open"] = any(one.state in ("supposed", "wrong") for one in (*section["entries"], *section["more"]))
    kept = [section for section in made if section["entries"] or section["more"]]
    if kept and not any(section["open"] for section in kept):
        kept[0]["open"] = True  # so that one sees what can be changed
    return kept


def _section(title: str, shown: list[Entry], more: list[Entry] | None = None, note: str = "") -> Section:
    return {"title": title, "entries": shown, "more": more or [], "note": note}


def _workload(turned: Turned, found: Outcome) -> Section:
    one, now = turned.one, turned.after.live
    first, more = entries(one.stored, now)
    prefix = f"w{one.id}."
    granted = turned.before.granted
    capacity = _entry(
        found, f"{prefix}granted", _("Granted accelerators"), "" if granted is None else tidy(granted, 2),
        says=_("in no pool within reach") if granted is None else "",
    )  # fmt: skip
    hardware = [_ranged(entry, found, prefix) for entry in candidate_entries(one.stored, now)]
    named = [replace(entry, name=prefix + entry.name) for entry in (*first, *hardware)]
    rest = [replace(entry, name=prefix + entry.name) for entry in more]
    return _section(one.name, [*named, capacity], rest, _("load, demands and what it runs on"))


def _ranged(entry: Entry, found: Outcome, prefix: str) -> Entry:
    """What cannot be taken of the candidate, with the range that can."""
    fault = found.wrong.get(prefix + entry.name)
    return entry if fault is None else replace(entry, says=wrong_text(fault, entry.name))


def _entry(found: Outcome, name: str, label: str, stands: str, *, says: str = "", **more: Any) -> Entry:
    """A field that carries what stands, or what was typed over it."""
    typed, fault = found.asked.texts.get(name), found.wrong.get(name)
    if fault is not None:
        return Entry(name, label, more.pop("unit", ""), typed or "", "", "wrong", wrong_text(fault), **more)
    state = "known" if typed is None else "supposed"
    told = says if typed is None or not stands else _("now: %s") % (stands if "choices" not in more else says or stands)
    return Entry(name, label, more.pop("unit", ""), stands if typed is None else typed, "", state, told, **more)


def _dates(world: World, found: Outcome) -> Section:
    days = {one.needed_on for one in world.workloads.values()}
    stands = next(iter(days)) if len(days) == 1 else None
    rows = []
    if world.workloads:
        rows.append(_entry(found, "needed_on", _("Scale starts, capacity is needed from"), stands.isoformat() if stands else ""))
    for one in world.milestones:
        if one.done_on is None:
            due = one.due.isoformat() if one.due else ""
            rows.append(_entry(found, f"milestone.{one.id}", one.name, due, says=_("a date, or “done”")))
    return _section(_("Dates"), rows)


def _venues(world: World, found: Outcome) -> Section:
    rows = []
    for function in dict.fromkeys(row["function"] for row in world.venues):
        own = [row for row in world.venues if row["function"] == function]
        chosen = next((row for row in own if row["state"] == "chosen"), None)
        choices = ((("", _("not chosen")),) if chosen is None else ()) + tuple((str(row["id"]), row["label"]) for row in own)
        stands, says = (str(chosen["id"]), str(chosen["label"])) if chosen else ("", "")
        label = str(FUNCTIONS.get(function, function))
        rows.append(_entry(found, f"venue.{function}", label, stands, says=says, choices=choices))
    return _section(_("Venues"), rows)


def _budget(world: World, found: Outcome) -> Section:
    if not world.money:
        return _section(_("Budget"), [])
    now = {True: _("below the band"), False: _("not below the band"), None: _("not known")}[world.facts.budget.below]
    row = _entry(found, "infrastructure", _("Infrastructure's share of the plan"), "", says=_("now: %s") % now, unit="%")
    return _section(_("Budget"), [row])


def _conditions(world: World, found: Outcome) -> Section:
    choices = (("", _("open")), ("1", _("proven")))
    rows = [
        _entry(found, f"close.{one.id}", one.text, "", says=_("due %s") % one.due.isoformat(), choices=choices)
        for one in world.conditions
    ]
    return _section(_("Gate conditions"), rows)


def _answers(found: Outcome, scored: Scored | None) -> Section:
    """What nobody knows first; every other driver may be answered, too."""
    if scored is None:
        return _section(_("Answers"), [])
    unknown: list[Entry] = []
    known: list[Entry] = []
    choices = tuple((word.value, str(STATES[word])) for word in (DriverState.YES, DriverState.PARTLY, DriverState.NO))
    for spec, answer in zip(DRIVERS, scored.rows.answers[0].tolist(), strict=True):
        name = f"answer.{spec.key}"
        typed = found.asked.texts.get(name)
        own = ((typed, typed),) if typed and typed not in {value for value, _word in choices} else ()
        row = _entry(
            found, name, _(spec.label), "", says=_("now: %s") % answer_text(answer), choices=(("", _("as it is")), *choices, *own)
        )
        is_unknown = state_of(answer) is DriverState.UNKNOWN
        (unknown if is_unknown or row.state != "known" else known).append(row)
    return _section(_("Answers"), unknown, known, _("what is unknown, and any other driver"))
