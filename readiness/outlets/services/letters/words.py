"""The words of a weekly letter, part by part, each with how many there are and a link to the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.activity.services.letters import address
from portfolio.kit.templatetags.ui import VERDICTS
from portfolio.kit.templatetags.ui_text import grouped, interval, percent
from readiness.dashboards.choices import DUTY_LABELS
from readiness.dashboards.queries.awaiting.duty import Duty
from readiness.dashboards.queries.movers import Movers
from readiness.dashboards.tables.awaiting import url_of
from readiness.dashboards.tables.movers import movers_context
from readiness.meetings.services.packs.contents.words import day
from readiness.outlets.queries.letters import SHOWN, RiskMove, Week
from readiness.silos.choices import KIND_LABELS, FindingKind

Part = dict[str, Any]


def parts_of(week: Week) -> list[Part]:
    """[{title, total, lines: [{text, why, url}], more (url of all), note}]; a part without lines and note is left out."""
    found = (_duties(week), _movers(week.movers), _risk(week), _findings(week))
    return [part for part in found if part["lines"] or part["note"]]


def _part(title: str, total: int, lines: list[Part], more: str, note: str = "") -> Part:
    left = total - len(lines)
    return {"title": title, "total": grouped(total), "lines": lines, "left": max(0, left), "more": more, "note": note}


def _duties(week: Week) -> Part:
    """By what is asked and about what; the words of whoever asked stay in the portal."""
    lines = [
        {
            "text": f"{_(DUTY_LABELS[one.kind])}{': ' if one.name else ''}{one.name}",
            "why": _until(one),
            "url": address(url_of(one)),
        }
        for one in week.duties[:SHOWN]
    ]
    return _part(_("Waiting for you"), len(week.duties), lines, address(reverse("awaiting")))


def _duty(one: Duty) -> Part:
    what = ": ".join(part for part in (_(DUTY_LABELS[one.kind]), one.name) if part)
    return {"text": what, "why": _until(one), "url": address(url_of(one))}


def _until(one: Duty) -> str:
    until = one.day(timezone.localdate())
    if until is None:
        return ""
    return (_("overdue since %s") if one.overdue else _("by %s")) % day(until)


def _movers(found: Movers) -> Part:
    lines = [_moved(row) for row in movers_context(found)["rows"]]
    return _part(_("What moved"), found.total, lines, address(reverse("portfolio_movers")))


def _moved(row: Part) -> Part:
    what = str(row["what"]).rstrip(": ")
    if "verdict" in row:
        what = f"{what}: {VERDICTS[row['before']][0]} → {VERDICTS[row['verdict']][0]}"
    why = ", ".join(str(part) for part in (day(row["day"]), row["why"]) if part)
    return {"text": f"{row['key']} {row['name']}: {what}", "why": why, "url": address(row["url"])}


def _risk(week: Week) -> Part:
    """Each figure with its interval; without figures of a week ago that is said, and is no good news."""
    risk, title, more = week.risk, _("Risk of abandonment"), address(reverse("portfolio"))
    if risk.since is None:
        return _part(title, 0, [], more, _("No figures of a week ago to compare with."))
    lines = [_risk_line(one) for one in risk.moved]
    said = _("Likely abandoned before production within %(months)s months, 80 %% interval; moved by 5 points since %(day)s.")
    return _part(title, len(lines), lines, more, said % {"months": risk.months or "?", "day": day(risk.since)} if lines else "")


def _risk_line(one: RiskMove) -> Part:
    url = address(reverse("initiatives:detail", args=[one.initiative_id]))
    return {"text": f"{one.key} {one.name}", "why": f"{_figure(one.before)} → {_figure(one.now)}", "url": url}


def _figure(figure: tuple[float, float, float]) -> str:
    value, low, high = figure
    return f"{percent(value, 1)} [{interval(round(100 * low), round(100 * high), '%')}]"


def _findings(week: Week) -> Part:
    lines = list(_kinds(week))
    return _part(_("New silo findings"), len(lines), lines, address(reverse("silos:findings")))


def _kinds(week: Week) -> Iterator[Part]:
    for kind, n in week.findings:
        url = f"{reverse('silos:findings')}?kind={kind}&state=open"
        yield {"text": f"{_(KIND_LABELS[FindingKind(kind)])}: {grouped(n)}", "why": "", "url": address(url)}
