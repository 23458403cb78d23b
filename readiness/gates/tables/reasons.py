"""Why a criterion is judged as it is, in a sentence with its figures; from rows as runs and snapshots keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import DASH, NARROW, grouped, tidy
from readiness.core.sizing.inputs import Grade
from readiness.evidence.tables.reasons import REASONS as OF_REQUIREMENT
from readiness.evidence.tables.verdicts import metric_label
from readiness.evidence.tables.verdicts import percent as headroom_words
from readiness.gates.rules.criteria.reasons import Reason
from readiness.gates.tables.words import Text
from readiness.workloads.choices import Function, PoolKind
from readiness.workloads.tables.venues import FUNCTIONS

Figures = Mapping[str, Any]

SENTENCES: dict[str, Text] = {
    Reason.SHOWN: gettext_lazy("Shown by evidence."),
    Reason.WITHIN_BAND: gettext_lazy("Within what is asked."),
    Reason.ALL_THERE: gettext_lazy("All of it is there."),
    Reason.COMPARED: gettext_lazy("Venues were compared."),
    Reason.REASONED: gettext_lazy("It is written down why no second venue was compared."),
    Reason.IN_ORDER: gettext_lazy("Decided in the right order."),
    Reason.SAID: gettext_lazy("Somebody says so."),
    Reason.DERIVED: gettext_lazy("Nobody declared it; a source shows it."),
    Reason.LITTLE_HEADROOM: gettext_lazy("It holds with little headroom."),
    Reason.HEADROOM_UNKNOWN: gettext_lazy("It holds; how much headroom there is nobody knows."),
    Reason.ROUGHLY_KNOWN: gettext_lazy("Sized from a speed that is only roughly known."),
    Reason.LOW_END_ONLY: gettext_lazy("Enough for the low end of the need alone."),
    Reason.PLANNED: gettext_lazy("Planned, or there in part."),
    Reason.WITHOUT_ACCOUNT: gettext_lazy("Named, without an account here: nobody can be asked."),
    Reason.CONTRADICTED: gettext_lazy("What is declared and what a source shows differ."),
    Reason.OUTSIDE_BAND: gettext_lazy("Outside of what is asked."),
    Reason.BLOCKING_NO: gettext_lazy("A question that blocks is answered no."),
    Reason.MISSING: gettext_lazy("Something is missing."),
    Reason.SHORT: gettext_lazy("Not enough is granted."),
    Reason.TOO_LATE: gettext_lazy("It comes later than it is needed."),
    Reason.NOT_COMPARED: gettext_lazy("Venues were not compared as asked."),
    Reason.NOT_CHOSEN: gettext_lazy("Compared, and none is chosen."),
    Reason.INVERTED: gettext_lazy("Decided in the wrong order."),
    Reason.NO_FACTS: gettext_lazy("Nothing that could answer this has said anything yet."),
    Reason.NOTHING_STATED: gettext_lazy("Nothing is written down that could answer this."),
    Reason.VALUES_UNKNOWN: gettext_lazy("Too many values are unknown."),
    Reason.STRADDLES: gettext_lazy("What is not known decides on which side it lies."),
    Reason.BLOCKING_UNKNOWN: gettext_lazy("A question that blocks is unknown."),
    Reason.NOT_SIZED: gettext_lazy("Not sized yet."),
    Reason.DATE_UNKNOWN: gettext_lazy("A day that decides is not known."),
    Reason.NOT_SAID: gettext_lazy("Nobody has said so yet."),
    Reason.WRONG_PERSON: gettext_lazy("Somebody said so who is not who must."),
    Reason.NO_EVIDENCE: gettext_lazy("There is no evidence behind it."),
    Reason.EVIDENCE_KIND: gettext_lazy("The evidence is of another kind than asked."),
    Reason.FEW_SAMPLES: gettext_lazy("The evidence has too few samples."),
    Reason.TOO_SHORT: gettext_lazy("It was measured for too short a time."),
    Reason.OTHER_ENVIRONMENT: gettext_lazy("It was measured in another environment than asked."),
    Reason.AGE_UNKNOWN: gettext_lazy("How old it is nobody knows."),
    Reason.AS_REQUIRED: gettext_lazy("As its requirement is judged."),
    Reason.TOO_OLD: gettext_lazy("What it stands on is too old."),
    Reason.WAIVED: gettext_lazy("Waived for a time. It is not met."),
    Reason.NO_SUCH_REQUIREMENT: gettext_lazy("Production demands nothing of the kind."),
    Reason.NOTHING_BOUGHT: gettext_lazy("Nothing was bought for it."),
    Reason.NOT_NEEDED: gettext_lazy("It is not needed here."),
}
GRADES: dict[str, Text] = {
    Grade.SWEEP: gettext_lazy("a full sweep"),
    Grade.TWO_POINTS: gettext_lazy("two measured points"),
    Grade.SATURATION: gettext_lazy("the measured saturation alone"),
    Grade.NOTHING: gettext_lazy("nothing measured"),
}
POOLS: dict[str, Text] = {
    PoolKind.ACCELERATORS: gettext_lazy("accelerators"),
    PoolKind.STORAGE: gettext_lazy("TB of storage"),
    PoolKind.NETWORK: gettext_lazy("Gbit/s of network"),
}
_ANSWERS: dict[str, Text] = {"yes": gettext_lazy("yes"), "no": gettext_lazy("no"), "unknown": gettext_lazy("unknown")}


def sentence(row: Figures) -> str:
    """The reason of a criterion's row (rules.record.snapshot.judged_plain). Of a waived one, that it is waived alone."""
    said = str(SENTENCES.get(row["reason"], row["reason"]))
    of = row["figures"].get("requirement_reason")
    if row["reason"] == Reason.AS_REQUIRED and of in OF_REQUIREMENT:
        return str(OF_REQUIREMENT[of])
    return said


def beneath(row: Figures) -> str:
    """What a waived criterion is without its waiver, "" for the others."""
    if row["verdict"] != "waived":
        return ""
    return str(SENTENCES.get(row["beneath_reason"], row["beneath_reason"]))


def figures(row: Figures) -> list[str]:
    """Its numbers, a phrase each; [] where the rule has none."""
    given = row["figures"]
    return [text for asks, say in _WORDS if all(given.get(name) is not None for name in asks) and (text := say(given))]


def share(value: float) -> str:
    """`82 %`; what is not a whole percent keeps one digit."""
    return f"{tidy(100 * value)}{NARROW}%"


def span(low: float, high: float) -> str:
    """`60-80 %`, `80 %` for a point."""
    if low == high:
        return share(low)
    return f"{tidy(100 * low)}{DASH}{share(high)}"


def _headroom(given: Figures) -> str:
    return _("headroom %s") % headroom_words(given["headroom"])


def _requirement(given: Figures) -> str:
    count = given["requirements"]
    said = ngettext("%s requirement", "%s requirements", count) % grouped(count)
    if given.get("metric"):
        return _("%(count)s, decided by %(metric)s") % {"count": said, "metric": metric_label(given["metric"])}
    return said


def _alike(given: Figures) -> str:
    return _("%(share)s of it like production") % {"share": span(given["share"], given["share_high"])}


def _unknown(given: Figures) -> str:
    count = given["unknown"]
    return ngettext("%s unknown", "%s unknown", count) % grouped(count)


def _workloads(given: Figures) -> str:
    count = given["workloads"]
    said = ngettext("%s workload", "%s workloads", count) % grouped(count)
    if given.get("sized") is None:
        return said
    return _("%(sized)s of %(workloads)s sized") % {"sized": grouped(given["sized"]), "workloads": said}


def _grade(given: Figures) -> str:
    return _("the speed stands on %s") % GRADES.get(given["grade"], given["grade"])


def _score(given: Figures) -> str:
    return _("score %s") % span(given["low"], given["high"])


def _capacity(given: Figures) -> str:
    pools = str(POOLS.get(given["pools"], given["pools"]))
    need = tidy(given["need_low"])
    if given["need_high"] != given["need_low"]:
        need = f"{need}{DASH}{tidy(given['need_high'])}"
    return _("%(there)s of %(need)s %(pools)s for %(workload)s") % {
        "there": tidy(given["there"]), "need": need, "pools": pools, "workload": given["workload"],
    }  # fmt: skip


def _short(given: Figures) -> str:
    return _("%s short") % tidy(given["short"]) if given["short"] else ""


def _venues(given: Figures) -> str:
    function = str(FUNCTIONS[Function(given["function"])]) if given["function"] in set(Function) else given["function"]
    count = given["options"]
    return ngettext("%(function)s: %(count)s option", "%(function)s: %(count)s options", count) % {
        "function": function, "count": grouped(count),
    }  # fmt: skip


def _days(given: Figures) -> str:
    days = given["days"]
    said = ngettext("%s day", "%s days", abs(days)) % grouped(abs(days))
    said = said if given.get("exact", True) else _("at least %s") % said
    return _("%s too late") % said if days < 0 else _("%s before") % said


def _named(given: Figures) -> str:
    return _("%(named)s named, %(missing)s missing") % {
        "named": grouped(given["named"]), "missing": grouped(given["missing"]),
    }  # fmt: skip


def _present(given: Figures) -> str:
    parts = [
        _("%s there") % grouped(given["present"]),
        _("%s missing") % grouped(given["missing"]) if given["missing"] else "",
    ]
    return ", ".join(part for part in parts if part)


def _findings(given: Figures) -> str:
    count = given["findings"]
    return ngettext("%s finding", "%s findings", count) % grouped(count) if count else _("no finding")


def _declared(given: Figures) -> str:
    return _("containers: declared %(declared)s, seen %(seen)s") % {
        name: str(_ANSWERS.get(given[name], given[name])) for name in ("declared", "seen")
    }  # fmt: skip


def _otherwise(given: Figures) -> str:
    words = {"met": _("met"), "warning": _("a warning"), "not_met": _("not met"), "waived": _("waived")}
    return _("when it was fresh it said: %s") % words.get(given["otherwise"], given["otherwise"])


_WORDS: tuple[tuple[tuple[str, ...], Callable[[Figures], str]], ...] = (
    (("share", "share_high"), _alike),
    (("requirements",), _requirement),
    (("pools", "need_low", "need_high", "there", "workload"), _capacity),
    (("short",), _short),
    (("headroom",), _headroom),
    (("workloads",), _workloads),
    (("grade",), _grade),
    (("low", "high"), _score),
    (("present", "missing"), _present),
    (("named", "missing"), _named),
    (("unknown",), _unknown),
    (("findings",), _findings),
    (("function", "options"), _venues),
    (("days",), _days),
    (("declared", "seen"), _declared),
    (("orchestrator",), lambda given: str(given["orchestrator"])),
    (("said_impossible",), lambda given: _("said to be impossible") if given["said_impossible"] else ""),
    (("otherwise",), _otherwise),
)
