"""Who needs help as sentences: each reason in words, with the page on which something can be done about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import day_text, grouped, tidy
from readiness.dashboards.rules.help import Help, InTrouble, Reason, Trouble
from readiness.dashboards.tables.acts import best
from readiness.gates.choices import OUTCOME_LABELS, Outcome
from readiness.risk.tables.spending import money

# reason -> (tone of its mark, icon)
_MARKS = {
    Reason.GATE: ("not_met", "flag"), Reason.CONDITION: ("not_met", "alert-triangle"), Reason.NOT_MET: ("not_met", "x"),
    Reason.RED: ("not_met", "flag"), Reason.STALLED: ("warning", "clock"), Reason.MILESTONE: ("warning", "calendar"),
    Reason.STALE: ("stale", "clock"), Reason.UNKNOWN: ("unknown", "question-mark"), Reason.NOBODY: ("unknown", "question-mark"),
}  # fmt: skip
NAMED = 3


def help_context(found: Help, today: date, currency: str = "") -> dict[str, Any]:
    """`headline`, `rows`, and how many of how many are shown."""
    return {
        "headline": _headline(found),
        "by_loss": found.by_loss,
        "rows": [_row(one, found, today, currency) for one in found.shown],
        "more": found.total - len(found.shown),
        "total": found.total,
    }


def _named(found: Help) -> str:
    first = [one.name for one in found.shown[:NAMED] if one.loss or not found.by_loss]
    return _(" and ").join([", ".join(first[:-1]), first[-1]]) if len(first) > 1 else first[0]


def _headline(found: Help) -> str:
    if not found.running:
        return _("Nothing is running among what the filters leave.")
    if not found.total:
        return _("Of %(running)s running initiatives none has a trouble on record.") % {"running": grouped(found.running)}
    if found.by_loss:
        return _("Of %(running)s running initiatives the most is likely lost with %(names)s.") % {
            "running": grouped(found.running), "names": _named(found),
        }  # fmt: skip
    said = ngettext(
        "%(n)s of %(running)s running initiatives has a trouble on record: %(names)s.",
        "%(n)s of %(running)s running initiatives have troubles on record; first of all %(names)s.",
        found.total,
    )
    return said % {"n": grouped(found.total), "running": grouped(found.running), "names": _named(found)}


def _row(one: InTrouble, found: Help, today: date, currency: str) -> dict[str, Any]:
    act, act_url = best(one)
    return {
        "one": one, "url": reverse("initiatives:detail", args=[one.id]), "act": act, "act_url": act_url,
        "loss": _loss(one, found, currency) if found.by_loss else "", "risk_url": reverse("risk:initiative", args=[one.id]),
        "reasons": [_reason(one, trouble, today) for trouble in one.troubles],
    }  # fmt: skip


def _loss(one: InTrouble, found: Help, currency: str) -> str:
    """What is likely lost with it, with the figure that says so."""
    if one.figure is None or one.loss is None:
        return _("what is likely lost is unknown: no figure, or no amount of yours to see")
    value, low, high = (tidy(100 * number, 0) for number in one.figure)
    return _("%(loss)s likely lost: abandoned within %(months)s months with %(value)s %% [%(low)s, %(high)s]") % {
        "loss": money(one.loss, currency), "months": found.months, "value": value, "low": low, "high": high,
    }  # fmt: skip


def _reason(one: InTrouble, trouble: Trouble, today: date) -> dict[str, str]:
    tone, icon = _MARKS[trouble.reason]
    return {"tone": tone, "icon": icon, "text": _text(trouble, today), "url": _url(one, trouble)}


def _text(trouble: Trouble, today: date) -> str:
    n, since = trouble.n, day_text(trouble.since, today) if trouble.since else ""
    if trouble.reason is Reason.GATE:
        gate, outcome = trouble.text.rsplit("|", 1)
        return _("%(gate)s: the criteria say %(outcome)s") % {"gate": gate, "outcome": _(OUTCOME_LABELS[Outcome(outcome)])}
    if trouble.reason is Reason.CONDITION:
        said = ngettext("condition overdue since %(day)s", "%(n)d conditions overdue, the first since %(day)s", n)
        return f"{said % {'n': n, 'day': since}}: {trouble.text}"
    if trouble.reason is Reason.NOT_MET:
        return ngettext("%(n)d requirement measured and not met", "%(n)d requirements measured and not met", n) % {"n": n}
    if trouble.reason is Reason.RED:
        return _("red: %(note)s") % {"note": trouble.text} if trouble.text else _("marked red without a word")
    if trouble.reason is Reason.STALLED:
        return _("%(n)s days in its stage, longer than nine in ten") % {"n": grouped(n)}
    if trouble.reason is Reason.MILESTONE:
        said = ngettext("milestone overdue since %(day)s", "%(n)d milestones overdue, the first since %(day)s", n)
        return f"{said % {'n': n, 'day': since}}: {trouble.text}"
    if trouble.reason is Reason.STALE:
        return ngettext("evidence of %(n)d requirement is stale", "evidence of %(n)d requirements is stale", n) % {"n": n}
    if trouble.reason is Reason.UNKNOWN:
        return ngettext("nobody knows %(n)d requirement", "nobody knows %(n)d requirements", n) % {"n": n}
    return _("nobody answers for it")


def _url(one: InTrouble, trouble: Trouble) -> str:
    if trouble.reason in (Reason.GATE, Reason.CONDITION) and trouble.ref:
        return reverse("gates:review", args=[trouble.ref])
    if trouble.reason in (Reason.NOT_MET, Reason.STALE, Reason.UNKNOWN):
        several = trouble.n > 1 or trouble.ref is None
        return reverse("evidence:initiative", args=[one.id]) if several else reverse("evidence:requirement", args=[trouble.ref])
    return reverse("initiatives:detail", args=[one.id])
