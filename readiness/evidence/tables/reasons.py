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
from readiness.evidence.tables.labels import STAGES, Text, flaw_title, metric_label
from readiness.evidence.tables.values import duration_text
from readiness.workloads.choices import Metric
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.tables.labels import unit_of
from readiness.workloads.tables.numbers import shown

Facts = Mapping[str, Any]

REASONS: dict[str, Text] = {
    "shown": gettext_lazy("It was measured, and it meets the target."),
    "shown_by_higher": gettext_lazy("A stricter figure meets the target, so what is asked for does too."),
    "shown_by_bound": gettext_lazy("Only a bound is known, and the bound meets the target."),
    "granted": gettext_lazy("What pools have granted is enough."),
    "easier_place": gettext_lazy("It holds where it is easier than in production."),
    "within_uncertainty": gettext_lazy("It holds as measured, but so narrowly that another run could miss it."),
    "few_samples": gettext_lazy("It holds, on too few samples to be sure."),
    "parts_differ": gettext_lazy("Some of its parts hold it, others do not."),
    "enough_if_granted": gettext_lazy("It is enough only with capacity that is free and not granted yet."),
    "level_not_measured": gettext_lazy("So much was carried; at which latency, nobody measured."),
    "level_unknown": gettext_lazy("So much was carried; at which latency it must be, nobody has said."),
    "shared": gettext_lazy("It was measured on something that others use as well."),
    "fails": gettext_lazy("It was measured, and it misses the target."),
    "fails_with_less_load": gettext_lazy("It misses the target under less load than production will bring."),
    "short_of_capacity": gettext_lazy("What is granted, and all that is free beside it, does not carry it."),
    "budget_spent": gettext_lazy("What may fail within the window has failed already."),
    "no_target": gettext_lazy("Nobody has said what it must reach."),
    "nothing_measured": gettext_lazy("Nobody measured it."),
    "never_judged": gettext_lazy("It was not judged yet."),
    "flawed": gettext_lazy("The run is unsound."),
    "set_aside": gettext_lazy("A person set the run aside."),
    "in_the_future": gettext_lazy("It is dated in the future."),
    "mixed_loads": gettext_lazy("It sums up several loads and is evidence of none of them."),
    "mixed_with_failures": gettext_lazy("Failed requests are among its latencies: a fast error flatters."),
    "page_cache": gettext_lazy("It went through the page cache and measured memory, not storage."),
    "statistic_not_measured": gettext_lazy("The percentile that is asked for was not measured."),
    "bound_tells_nothing": gettext_lazy("Only a bound is known, and it lies on the wrong side of the target to decide."),
    "not_representative": gettext_lazy("It was measured somewhere else."),
    "too_short": gettext_lazy("It looked for too short a time."),
    "window_unknown": gettext_lazy("Nobody says how long it looked."),
    "coverage_missing": gettext_lazy("Nobody says for how much of the time there were samples."),
    "coverage_low": gettext_lazy("There were samples for too little of the time."),
    "demand_unknown": gettext_lazy("Nobody knows the load that it must be shown at."),
    "load_not_said": gettext_lazy("Nobody says under which load it was measured."),
    "less_load": gettext_lazy("It holds, under less load than production will bring: that proves nothing."),
    "fails_with_more_load": gettext_lazy("It misses the target, under much more load than is asked for: that proves nothing."),
    "level_violated": gettext_lazy("So much was carried only with a latency that is not allowed."),
    "demand_never_came": gettext_lazy("Production never asked for so much: what it could carry, it did not show."),
    "not_pushed": gettext_lazy("The test stopped before the limit: what it could carry, it did not show."),
    "accelerators_unknown": gettext_lazy("Nobody says on how many accelerators it ran."),
    "accelerator_unknown": gettext_lazy("Nobody says for sure on which accelerator it ran."),
    "other_accelerator": gettext_lazy("It is not enough, and the workload holds other accelerators, of which it tells nothing."),
    "capacity_unknown": gettext_lazy("Nobody knows what capacity the workload can count on."),
    "fails_as_granted": gettext_lazy("It misses the target with what is granted; with more it was not shown."),
    "too_old": gettext_lazy("It is too old to count."),
    "contradicted": gettext_lazy("Two values came for the same moment; the worse one counts."),
    "samples_unknown": gettext_lazy("Nobody says on how many samples it stands."),
    "joined_windows": gettext_lazy("Several windows, one after the other, were taken together."),
    "older": gettext_lazy("Something newer decided."),
    "weaker": gettext_lazy("What decided shows more."),
    "not_the_point": gettext_lazy("Another point of the same sweep decided."),
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
    Fact.INPUT_TOKENS: gettext_lazy("input tokens of a request"),
    Fact.OUTPUT_TOKENS: gettext_lazy("output tokens of a request"),
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
