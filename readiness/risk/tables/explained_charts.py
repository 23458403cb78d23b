"""The figure as pictures with their table twins (contract: static/js/charts.js): where it comes from, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import moment_text, tidy
from readiness.core.risk.contributions import RECORDS
from readiness.core.risk.drivers import Badge
from readiness.gates.tables.words import OUTCOMES
from readiness.risk.queries.explained import Course, Point, Seen, Told
from readiness.risk.rules.explaining import Bar, Explained
from readiness.risk.tables.explained import BADGES, answer_text, badges, label_of, points, share, span

Chart = dict[str, Any]
ROW_PX, FRAME_PX = 30, 44


def waterfall_chart(one: Seen, told: Told, *, full: bool = False, urls: Mapping[str, str] | None = None) -> Chart:
    """From the reference class to the figure: as it is shown, or as if these opinions held."""
    part = told.full if full and told.full is not None else told.shown
    assert one.rows is not None
    assert one.weighed is not None
    answers = dict(zip((effect.key for effect in told.effects), one.rows.answers[0].tolist(), strict=True))
    falls, badge = part.falls, badges(told.effects)
    steps = [_step(bar, answers, badge, urls or {}) for bar in falls.bars]
    if falls.others:
        steps.append(_rest(len(falls.others), falls.others_points, counted=full or one.weighed.share > 0))
    end = {
        "label": _("If these opinions hold") if full else _("This initiative"), "value": falls.value,
        "low": round(100 * part.figure.low, 1), "high": round(100 * part.figure.high, 1), "note": _("80 % interval"),
    }  # fmt: skip
    return {
        "kind": "waterfall", "title": _("If these opinions hold") if full else _("Where the figure comes from"), "unit": "%",
        "step_unit": _("points"), "category_label": _("What"),
        "from": {"label": _("Reference class"), "value": falls.base, "note": _("published; an assumption of its horizon")},
        "steps": steps, "to": end, "summary": _summary(part, full=full), "height": FRAME_PX + ROW_PX * (len(steps) + 2),
        "source": _("Shapley values of the figure in percentage points, which add up to it; associated with, not caused by"),
    }  # fmt: skip


def _rest(count: int, value: float, *, counted: bool) -> Chart:
    """Drivers that do not count move the mean by their uncertainty alone: whether they matter here, nobody knows yet."""
    if not counted:
        return {"label": _("Whether drivers matter"), "value": value, "note": _("nobody knows yet: uncertainty alone, no effect")}
    label = ngettext("%(n)s other driver", "%(n)s other drivers", count) % {"n": count}
    return {"label": label, "value": value, "note": _("small ones, gathered")}


def _step(bar: Bar, answers: Mapping[str, float], badge: Mapping[str, Badge], urls: Mapping[str, str]) -> Chart:
    note = _("how initiatives of it ended so far, shrunk to the reference class")
    if bar.key not in RECORDS:
        note = f"{answer_text(answers[bar.key])}; {BADGES[badge[bar.key]]}"
    return {"label": label_of(bar.key), "value": bar.points, "note": note, "url": urls.get(bar.key, "")}


def _summary(part: Explained, *, full: bool) -> str:
    falls = part.falls
    largest = max(falls.bars, key=lambda bar: abs(bar.exact), default=None)
    text = _("From %(base)s to %(value)s, 80 %% interval %(span)s.") % {
        "base": f"{tidy(falls.base, 1)} %", "value": f"{tidy(falls.value, 1)} %", "span": span(part.figure.low, part.figure.high),
    }  # fmt: skip
    if largest is not None and largest.points:
        text += " " + _("Most: %(what)s, %(points)s points.") % {
            "what": label_of(largest.key), "points": points(largest.points)
        }  # fmt: skip
    return text + (" " + _("This is not the figure that is shown.") if full else "")


def course_chart(course: Course, months: int) -> Chart | None:
    """The figure over time with its interval, decisions beside it; None with fewer than two figures."""
    if len(course.points) < 2:
        return None
    again = any(one.reconstructed for one in course.points)
    data = [_mark(one) for one in sorted(course.points, key=lambda one: _ms(one.at, one))]
    series: list[Chart] = [{"name": _("Figure"), "data": data}]
    if rulings := _rulings(course):
        series.append({"name": _("Decisions"), "as": "dots", "color": "ink", "data": rulings})
    first, last = course.points[0], course.points[-1]
    summary = _("From %(first)s on %(since)s to %(last)s on %(until)s.") % {
        "first": share(first.value), "since": first.on, "last": share(last.value), "until": last.on,
    }  # fmt: skip
    if again:
        summary += " " + _("Hollow figures are reconstructed from dated history, not frozen at the time.")
    if rulings:
        summary += " " + _("Dark dots are decisions at gates, at the height of the figure that stood then.")
    return {
        "kind": "time", "title": _("The figure over time"), "unit": "%", "series": series, "summary": summary,
        "since": min(_ms(one.at, one) for one in course.points), "until": max(_ms(one.at, one) for one in course.points),
        "markers": _changes(course),
        "source": _("P(abandoned before production within %(months)s months), band: 80 %% interval") % {"months": months},
    }  # fmt: skip


def _changes(course: Course) -> list[Chart]:
    """Where figures begin that were kept at the time, behind reconstructed ones."""
    kept = [one for one in course.points if not one.reconstructed]
    if not kept or len(kept) == len(course.points):
        return []
    first = min(kept, key=lambda one: one.at)
    return [{"value": _ms(first.at, first), "at": moment_text(first.at), "label": _("kept at the time from here")}]


def _mark(one: Point) -> Chart:
    note = _("model v%(n)s") % {"n": one.version}
    if one.frozen:
        note = _("%(note)s, frozen") % {"note": note}
    if one.reconstructed:
        note = _("%(note)s, reconstructed") % {"note": note}
    return {
        "t": _ms(one.at, one), "y": round(100 * one.value, 1), "low": round(100 * one.low, 1), "high": round(100 * one.high, 1),
        "at": one.on.isoformat() if one.reconstructed else moment_text(one.at), "note": note, "hollow": one.reconstructed,
    }  # fmt: skip


def _ms(at: datetime, one: Point) -> int:
    """Reconstructed figures stand on the day that they speak of, not on the day on which they were computed."""
    if one.reconstructed:
        at = datetime(one.on.year, one.on.month, one.on.day, tzinfo=UTC)
    return int(at.timestamp() * 1000)


def _rulings(course: Course) -> list[Chart]:
    """Each decision at the height of the figure that stood then; those before the first figure stand nowhere."""
    made = []
    first = course.points[0]
    for ruling in course.rulings:
        at = int(ruling.at.timestamp() * 1000)
        before = [one for one in course.points if _ms(one.at, one) <= at]
        if not before or at < _ms(first.at, first):
            continue
        note = f"{OUTCOMES[ruling.outcome][0]}, {ruling.gate}"
        made.append({"t": at, "y": round(100 * before[-1].value, 1), "at": moment_text(ruling.at), "note": note})
    return made
