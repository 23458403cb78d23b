"""Why a requirement is judged as it is, and why a piece of evidence did not decide it: sentences for codes and their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import VENUE_LABELS, Venue
from portfolio.kit.templatetags.ui_text import NARROW
from readiness.evidence.rules import words
from readiness.evidence.rules.verdicts.fit import Fact
from readiness.evidence.rules.verdicts.reasons import Reason
from readiness.evidence.tables.labels import STAGES, Text, flaw_title, metric_label
from readiness.evidence.tables.values import duration_text
from readiness.workloads.choices import Metric
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.tables.labels import unit_of
from readiness.workloads.tables.numbers import shown

Facts = Mapping[str, Any]

REASONS: dict[str, Text] = {
    Reason.SHOWN: gettext_lazy("It was measured, and it meets the target."),
    Reason.SHOWN_BY_HIGHER: gettext_lazy("A stricter figure meets the target, so what is asked for does too."),
    Reason.SHOWN_BY_BOUND: gettext_lazy("Only a bound is known, and the bound meets the target."),
    Reason.GRANTED: gettext_lazy("What pools have granted is enough."),
    Reason.EASIER_PLACE: gettext_lazy("It holds where it is easier than in production."),
    Reason.WITHIN_UNCERTAINTY: gettext_lazy("It holds as measured, but so narrowly that another run could miss it."),
    Reason.FEW_SAMPLES: gettext_lazy("It holds, on too few samples to be sure."),
    Reason.PARTS_DIFFER: gettext_lazy("Some of its parts hold it, others do not."),
    Reason.ENOUGH_IF_GRANTED: gettext_lazy("It is enough only with capacity that is free and not granted yet."),
    Reason.LEVEL_NOT_MEASURED: gettext_lazy("So much was carried; at which latency, nobody measured."),
    Reason.LEVEL_UNKNOWN: gettext_lazy("So much was carried; at which latency it must be, nobody has said."),
    Reason.SHARED: gettext_lazy("It was measured on something that others use as well."),
    Reason.FAILS: gettext_lazy("It was measured, and it misses the target."),
    Reason.FAILS_WITH_LESS_LOAD: gettext_lazy("It misses the target under less load than production will bring."),
    Reason.SHORT_OF_CAPACITY: gettext_lazy("What is granted, and all that is free beside it, does not carry it."),
    Reason.BUDGET_SPENT: gettext_lazy("What may fail within the window has failed already."),
    Reason.NO_TARGET: gettext_lazy("Nobody has said what it must reach."),
    Reason.NOTHING_MEASURED: gettext_lazy("Nobody measured it."),
    Reason.FLAWED: gettext_lazy("The run is unsound."),
    Reason.SET_ASIDE: gettext_lazy("A person set the run aside."),
    Reason.IN_THE_FUTURE: gettext_lazy("It is dated in the future."),
    Reason.MIXED_LOADS: gettext_lazy("It sums up several loads and is evidence of none of them."),
    Reason.MIXED_WITH_FAILURES: gettext_lazy("Failed requests are among its latencies: a fast error flatters."),
    Reason.PAGE_CACHE: gettext_lazy("It went through the page cache and measured memory, not storage."),
    Reason.STATISTIC_NOT_MEASURED: gettext_lazy("The percentile that is asked for was not measured."),
    Reason.BOUND_TELLS_NOTHING: gettext_lazy("Only a bound is known, and it lies on the wrong side of the target to decide."),
    Reason.NOT_REPRESENTATIVE: gettext_lazy("It was measured somewhere else."),
    Reason.TOO_SHORT: gettext_lazy("It looked for too short a time."),
    Reason.WINDOW_UNKNOWN: gettext_lazy("Nobody says how long it looked."),
    Reason.COVERAGE_MISSING: gettext_lazy("Nobody says for how much of the time there were samples."),
    Reason.COVERAGE_LOW: gettext_lazy("There were samples for too little of the time."),
    Reason.DEMAND_UNKNOWN: gettext_lazy("Nobody knows the load that it must be shown at."),
    Reason.LOAD_NOT_SAID: gettext_lazy("Nobody says under which load it was measured."),
    Reason.LESS_LOAD: gettext_lazy("It holds, under less load than production will bring: that proves nothing."),
    Reason.FAILS_WITH_MORE_LOAD: gettext_lazy(
        "It misses the target, under much more load than is asked for: that proves nothing."
    ),
    Reason.LEVEL_VIOLATED: gettext_lazy("So much was carried only with a latency that is not allowed."),
    Reason.DEMAND_NEVER_CAME: gettext_lazy("Production never asked for so much: what it could carry, it did not show."),
    Reason.NOT_PUSHED: gettext_lazy("The test stopped before the limit: what it could carry, it did not show."),
    Reason.ACCELERATORS_UNKNOWN: gettext_lazy("Nobody says on how many accelerators it ran."),
    Reason.ACCELERATOR_UNKNOWN: gettext_lazy("Nobody says for sure on which accelerator it ran."),
    Reason.OTHER_ACCELERATOR: gettext_lazy("It ran on an accelerator of which the workload holds none."),
    Reason.CAPACITY_UNKNOWN: gettext_lazy("Nobody knows what capacity the workload can count on."),
    Reason.FAILS_AS_GRANTED: gettext_lazy("It misses the target with what is granted; with more it was not shown."),
    Reason.TOO_OLD: gettext_lazy("It is too old to count."),
    Reason.CONTRADICTED: gettext_lazy("Two values came for the same moment; the worse one counts."),
    Reason.SAMPLES_UNKNOWN: gettext_lazy("Nobody says on how many samples it stands."),
    Reason.JOINED_WINDOWS: gettext_lazy("Several windows, one after the other, were taken together."),
    Reason.OLDER: gettext_lazy("Something newer decided."),
    Reason.LESS_REPRESENTATIVE: gettext_lazy("Something nearer to production decided."),
    Reason.NOT_THE_POINT: gettext_lazy("Another point of the same sweep decided."),
}
_FACTS: dict[str, Text] = {
    Fact.STAGE: gettext_lazy("what it serves"),
    Fact.DATA: gettext_lazy("data"),
    Fact.USERS: gettext_lazy("users"),
    Fact.VENUE: gettext_lazy("venue"),
    Fact.ACCELERATOR: gettext_lazy("accelerator"),
    Fact.ACCELERATORS: gettext_lazy("number of accelerators"),
    Fact.RATE: gettext_lazy("requests per second"),
    Fact.CONCURRENCY: gettext_lazy("requests in flight"),
}


def sentence(told: Facts) -> str:
    """The sentence of an entry {code, ...} with its figures; a code that nobody knows is shown as it is."""
    code = str(told.get("code", ""))
    return " ".join([str(REASONS.get(code, code)), *more(told)])


def more(told: Facts) -> list[str]:
    """What the figures of an entry add, a sentence each."""
    return [said for name, say in _MORE.items() if told.get(name) is not None and (said := say(told))]


def gap_words(gap: Facts) -> str:
    """`users: real is asked for, it was not`; `venue: on-premises is asked for, nobody says what it was`."""
    label = str(_FACTS.get(gap["fact"], gap["fact"]))
    wanted = _fact(gap["fact"], gap["wanted"])
    if gap["found"] is None:
        return _("%(fact)s: %(wanted)s is asked for, nobody says what it was") % {"fact": label, "wanted": wanted}
    return _("%(fact)s: %(wanted)s is asked for, it was %(found)s") % {
        "fact": label, "wanted": wanted, "found": _fact(gap["fact"], gap["found"]),
    }  # fmt: skip


def fact_words(names: Iterable[str]) -> str:
    """`users, venue`: names of facts that somebody must say."""
    return ", ".join(str(_FACTS.get(name, name)) for name in names)


def statistic_words(metric: str, percentile: float | None) -> str:
    """`Time to first token, p95`."""
    label = metric_label(metric)
    return f"{label}, {words.percentile(percentile)}" if percentile else label


def amount(metric: str, value: float | None) -> str:
    """A value in the unit of a requirement's metric."""
    if value is None:
        return _("unknown")
    facts = METRICS.get(Metric(metric)) if metric in set(Metric) else None
    unit = unit_of(facts.unit) if facts else ""
    return f"{shown(value, facts.unit if facts else '')}{NARROW}{unit}".strip()


def _fact(name: str, value: Any) -> str:
    if name in (Fact.DATA, Fact.USERS):
        return _("real") if value == "real" else _("not real")
    if name == Fact.VENUE and value in set(Venue):
        return str(VENUE_LABELS[Venue(value)])
    if name == Fact.STAGE:
        return str(STAGES.get(value, value))
    return shown(float(value)) if isinstance(value, int | float) else str(value)


def _gaps(told: Facts) -> str:
    return f"{'; '.join(gap_words(one) for one in told['gaps'])}." if told["gaps"] else ""


def _flaws(told: Facts) -> str:
    return "; ".join(f"{flaw_title(code)}: {text}" if text else flaw_title(code) for code, text in told["flaws"])


def _samples(told: Facts) -> str:
    share = words.percentile(told.get("percentile"))
    return _("Of %(samples)s samples only %(tail)s lie beyond %(percentile)s.") % {
        "samples": shown(told["samples"]), "tail": shown(told.get("in_tail")), "percentile": share,
    }  # fmt: skip


def _there(told: Facts) -> str:
    return _("There is %s.") % ", ".join(told["there"]) if told["there"] else ""


def _looked(told: Facts) -> str:
    wanted = told.get("wanted_s")
    looked = duration_text(told["looked_s"])
    if not wanted:
        return _("It looked for %s.") % looked
    return _("It looked for %(looked)s, %(wanted)s are asked for.") % {"looked": looked, "wanted": duration_text(wanted)}


def _contradiction(told: Facts) -> str:
    return _("From %(least)s to %(most)s.") % {"least": shown(told["least"]), "most": shown(told["most"])}


def _windows(told: Facts) -> str:
    count = int(told["windows"])
    return ngettext("It is %d window.", "They are %d windows.", count) % count


def _level(told: Facts) -> str:
    what = statistic_words(told["metric"], told.get("percentile"))
    if told.get("value") is None:
        return f"{what}."
    return _("%(what)s was %(value)s.") % {"what": what, "value": amount(told["metric"], told["value"])}


# By the name of the figure that calls for them, in the order in which they are said.
_MORE: dict[str, Callable[[Facts], str]] = {
    "text": lambda told: f"“{told['text']}”",
    "flaws": _flaws,
    "there": _there,
    "gaps": _gaps,
    "metric": _level,
    "samples": _samples,
    "looked_s": _looked,
    "coverage": lambda told: _("Coverage was %s %%.") % shown(told["coverage"] * 100),
    "least": _contradiction,
    "windows": _windows,
}
