"""Values over time as charts: one a metric, a line a series, the target named, what is missing left out and said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import moment_text
from readiness.connectors.metrics import METRICS
from readiness.connectors.units import UnitUncertain, canonical
from readiness.evidence.queries.shown import masked
from readiness.evidence.queries.telemetry import Step, Track, width_of
from readiness.evidence.rules import words
from readiness.evidence.rules.gaps import Covered, Stretch, covered
from readiness.evidence.tables import values
from readiness.evidence.tables.labels import metric_label
from readiness.workloads.tables.requirements import length_words, percentile_words, target_words

Row = Mapping[str, Any]
MOST_LINES = 6
Told = tuple[Row, str, Track]  # a series, its name in the picture, what it holds
IN_REACH = 4.0  # a target so many times above everything measured would flatten the picture


class Level(NamedTuple):
    """A target in the canonical unit with its name; `percentile` None: of the mean or of a single figure."""

    value: float
    label: str
    percentile: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """What a page looks at, and how the clock of its reader stands."""

    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One metric: its chart (None where nothing lies in the span), what is said beside it, and how many lines were left out."""

    key: str
    title: str
    chart: dict[str, Any] | None
    says: str
    newest: datetime | None
    left_out: int


def levels_of(metric: str, targets: Iterable[Row]) -> list[Level]:
    """The targets of a metric; one whose unit is not of its kind is no line."""
    found = []
    for one in targets:
        if one["metric"] != metric:
            continue
        try:
            value = canonical(metric, one["target"], one["unit"])
        except UnitUncertain:
            continue
        says = target_words(one["comparator"], one["target"], one["unit"])
        share = percentile_words(one["percentile"])
        found.append(Level(value, _("target: %s") % " ".join(filter(None, (says, share))), one["percentile"]))
    return found


def drawn(metric: str, rows: Sequence[Row], tracks: Mapping[int, Track], span: Span, levels: Sequence[Level]) -> Drawn:
    """The chart of one metric from its series, the most recently observed first."""
    newest = max((row["at"] for row in rows), default=None)
    telling = [row for row in rows if (track := tracks.get(row["id"])) and (track.sound or track.unsound)]
    shown = [masked(dict(row)) for row in telling[:MOST_LINES]]
    told = [(row, name, tracks[row["id"]]) for row, name in zip(shown, _names(shown), strict=True)]
    title, left_out = metric_label(metric), len(telling) - len(shown)
    if not told:
        return Drawn(metric, title, None, _nothing(newest, span), newest, left_out)
    whole = _covered([step.at for _row, _name, track in told for step in track.sound], shown, span)
    says = _says(metric, told, whole, span, levels)
    return Drawn(metric, title, _chart(metric, title, told, whole, span, levels, says), says, newest, left_out)


def _chart(
    metric: str, title: str, told: Sequence[Told], whole: Covered, span: Span, levels: Sequence[Level], says: str
) -> dict[str, Any]:  # fmt: skip
    largest = max(step.high for _row, _name, track in told for step in (*track.sound, *track.unsound))
    near = [level for level in levels if level.value <= IN_REACH * largest or largest == 0]
    currency = next((str(row["labels"].get("currency", "")) for row, _name, _track in told), "")
    unit = words.scale(metric, max([largest, *(level.value for level in near)]), currency)
    series = [_line(row, name, track.sound, unit, span) for row, name, track in told if track.sound]
    unsound = [(row, step) for row, _name, track in told for step in track.unsound]
    if unsound:
        series.append(_hollow(unsound, unit))
    return {
        "kind": "time", "title": title, "unit": unit.unit, "summary": says, "series": series,
        "since": _clock(span.since), "until": _clock(span.until),
        "gaps": [{"since": _clock_at(span, gap.since), "until": _clock_at(span, gap.until)} for gap in whole.gaps],
        "levels": [
            {"value": unit(level.value), "label": level.label, "far": level not in near} for level in levels
        ],
    }  # fmt: skip


def _line(row: Row, name: str, steps: Sequence[Step], unit: words.Scale, span: Span) -> dict[str, Any]:
    """A line that breaks where its own values break off."""
    gaps = _covered([step.at for step in steps], [row], span).gaps
    breaks, url = sorted(gap.until for gap in gaps), reverse("evidence:series", args=[row["id"]])
    data: list[dict[str, Any]] = []
    for step in steps:
        at = (step.at - span.since).total_seconds()
        while breaks and breaks[0] <= at:
            until = breaks.pop(0)
            if data:
                data.append({"t": _clock_at(span, until) - 1, "y": None})
        data.append(_point(step, unit, url))
    return {"name": name, "data": data}


def _hollow(found: Sequence[tuple[Row, Step]], unit: words.Scale) -> dict[str, Any]:
    data = [_point(step, unit, reverse("evidence:series", args=[row["id"]])) for row, step in found]
    data.sort(key=lambda point: point["t"])
    return {"name": _("unsound"), "color": "v-not_met", "as": "hollow", "data": data}


def _point(step: Step, unit: words.Scale, url: str) -> dict[str, Any]:
    local = timezone.localtime(step.at)
    point = {"t": _clock(local), "y": _digits(unit(step.middle)), "at": _moment(local), "url": url}
    if step.values > 1:
        point |= {"low": _digits(unit(step.low)), "high": _digits(unit(step.high))}
        point["note"] = ngettext("the middle of %d value", "the middle of %d values", step.values) % step.values
    if sign := words.bound(step.marks):
        point["sign"] = sign
    return point


def _moment(local: datetime) -> str:
    """As `moment_text`, the day looked up once: a picture has hundreds of moments on few days."""
    return f"{_day(local.date(), get_language() or '')}, {local:%H:%M %Z}"


@lru_cache(maxsize=1024)
def _day(day: date, _language: str) -> str:
    return formats.date_format(day, "j M Y", use_l10n=False)


def _digits(value: float) -> float:
    return float(f"{value:.6g}")


def _covered(moments: Iterable[datetime], rows: Sequence[Row], span: Span) -> Covered:
    at = sorted({(moment - span.since).total_seconds() for moment in moments})
    window = min((row["window_s"] for row in rows if row["window_s"]), default=None)
    least = width_of(span.since, span.until).total_seconds()
    return covered(at, span.seconds, least_step_s=least, window_s=window)


def _clock(at: datetime) -> int:
    """Milliseconds of the reader's own clock, so that axis and words agree."""
    local = timezone.localtime(at)
    offset = local.utcoffset() or timedelta()
    return round((local.timestamp() + offset.total_seconds()) * 1000)


def _clock_at(span: Span, seconds: float) -> int:
    return _clock(span.since) + round(seconds * 1000)


_TELLING = ("venue", "accelerator", "accelerators", "model", "software_version")


def _names(rows: Sequence[Row]) -> list[str]:
    """The shortest names that tell the lines apart: what differs, or the statistic where nothing does."""
    parts = [_parts(row) for row in rows]
    keys = list(dict.fromkeys(key for part in parts for key in part))
    telling = [key for key in keys if len({part.get(key, "") for part in parts}) > 1] or ["statistic"]
    names = [" · ".join(filter(None, (part.get(key, "") for key in telling))) for part in parts]
    return [name if names.count(name) == 1 else f"{name} #{row['id']}".strip() for name, row in zip(names, rows, strict=True)]


def _parts(row: Row) -> dict[str, str]:
    """What can tell a series from another, the most telling first."""
    place = row["environment"]
    made = {"statistic": values.statistic_text(row["statistic"], row["percentile"])}
    made |= {f"label {name}": str(value) for name, value in sorted(row["labels"].items()) if name != "currency"}
    made |= {"source": row["source_name"] or "", "window": length_words(row["window_s"])}
    return made | {name: str(place[name]) for name in _TELLING if name in place}


def _nothing(newest: datetime | None, span: Span) -> str:
    """Why a picture is empty."""
    if newest is None:
        return _("Nothing was ever observed.")
    return _("Nothing was observed in this time; the newest value is from %s.") % moment_text(timezone.localtime(newest))


def _says(metric: str, told: Sequence[Told], whole: Covered, span: Span, levels: Sequence[Level]) -> str:
    """The picture in words: the newest value, the range, the target, how much of the time is told of."""
    sound = [(name, row, step) for row, name, track in told for step in track.sound]
    said = []
    if sound:
        name, row, last = max(sound, key=lambda one: one[2].at)
        newest = values.value_text(metric, last.middle, row["labels"], last.marks)
        said.append(_("Newest (%(name)s): %(value)s, %(at)s.") % {
            "name": name, "value": newest, "at": moment_text(timezone.localtime(last.at)),
        })  # fmt: skip
        low, high = min(step.low for _n, _r, step in sound), max(step.high for _n, _r, step in sound)
        said.append(_("In all from %s.") % values.range_text(metric, low, high, row["labels"]))
    said += [f"{level.label[:1].upper()}{level.label[1:]}." for level in levels]
    said.append(_coverage(whole, span))
    bounds = sum(1 for _name, _row, step in sound if step.marks)
    if bounds:
        said.append(ngettext("%d value is only a bound.", "%d values are only bounds.", bounds) % bounds)
    unsound = sum(step.values for _row, _name, track in told for step in track.unsound)
    if unsound:
        said.append(ngettext("%d value is of an unsound run.", "%d values are of unsound runs.", unsound) % unsound)
    return " ".join(said)


def _coverage(whole: Covered, span: Span) -> str:
    share = f"{100 * whole.share:.0f}" if whole.share < 0.995 or not whole.gaps else "99"
    said = _("There are values for %s %% of the time.") % share
    if not whole.gaps:
        return said
    longest = max(whole.gaps, key=lambda gap: gap.until - gap.since)
    return f"{said} {_gap_words(longest, span)}"


def _gap_words(gap: Stretch, span: Span) -> str:
    since = timezone.localtime(datetime.fromtimestamp(span.since.timestamp() + gap.since, tz=span.since.tzinfo))
    length = values.duration_text(gap.until - gap.since)
    return _("The longest gap lasts %(length)s, from %(at)s.") % {"length": length, "at": moment_text(since)}


def grouped(rows: Iterable[Row], first: Sequence[str]) -> list[tuple[str, list[Row]]]:
    """Series by metric and currency: metrics of `first` (those that something is required of) before the others."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["metric"], str(row["labels"].get("currency", ""))), []).append(row)
    order = {key: place for place, key in enumerate(dict.fromkeys([*first, *METRICS]))}
    return [
        (key, found[key, currency]) for key, currency in sorted(found, key=lambda one: (order.get(one[0], len(order)), one[1]))
    ]
