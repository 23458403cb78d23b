"""Who needs help as sentences: each reason in words, with the page on which something can be done about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import day_text, grouped, tidy
from readiness.dashboards.rules.help import Help, InTrouble, Reason, Trouble
from readiness.dashboards.tables.acts import best
from readiness.gates.choices import OUTCOME_LABELS, Outcome
from readiness.gates.tables.words import OUTCOME_HELP
from readiness.risk.rules.spending import OVERRUN
from readiness.risk.tables.spending import money

# reason -> (tone of its mark, icon, the word that it begins with)
_MARKS = {
    Reason.GATE: ("not_met", "flag", gettext_lazy("Gate")),
    Reason.CONDITION: ("not_met", "alert-triangle", gettext_lazy("Condition")),
    Reason.NOT_MET: ("not_met", "x", gettext_lazy("Not met")),
    Reason.RED: ("not_met", "flag", gettext_lazy("Red")),
    Reason.STALLED: ("warning", "clock", gettext_lazy("Stalled")),
    Reason.MILESTONE: ("warning", "calendar", gettext_lazy("Milestone")),
    Reason.STALE: ("stale", "clock", gettext_lazy("Stale")),
    Reason.UNKNOWN: ("unknown", "question-mark", gettext_lazy("Unknown")),
    Reason.NOBODY: ("unknown", "question-mark", gettext_lazy("Owner")),
}
NAMED = 3


def help_context(found: Help, today: date, currency: str = "") -> dict[str, Any]:
    """`headline`, `rows`, and how many of how many are shown; a recommendation is explained where it is met first."""
    told: set[Outcome] = set()
    return {
        "headline": _headline(found),
        "by_loss": found.by_loss,
        "rows": [_row(one, found, today, currency, told) for one in found.shown],
        "more": found.total - len(found.shown),
        "total": found.total,
        "overrun": tidy(OVERRUN.mean, 2),
    }


def _first(found: Help) -> list[str]:
    return [one.name for one in found.shown[:NAMED] if one.loss or not found.by_loss]


def _named(found: Help) -> str:
    first = _first(found)
    return _(" and ").join([", ".join(first[:-1]), first[-1]]) if len(first) > 1 else first[0]


def _headline(found: Help) -> str:
    if not found.running:
        return _("Nothing is running among what the filters leave.")
    if not found.total:
        return _("Of %(running)s running initiatives none has a trouble on record.") % {"running": grouped(found.running)}
    if found.by_loss:
        said = ngettext(
            "Of %(running)s running initiatives the largest expected loss is with %(names)s.",
            "Of %(running)s running initiatives the largest expected losses are with %(names)s.",
            len(_first(found)),
        )
        return said % {"running": grouped(found.running), "names": _named(found)}
    said = ngettext(
        "%(n)s of %(running)s running initiatives has a trouble on record: %(names)s.",
        "%(n)s of %(running)s running initiatives have troubles on record; first of all %(names)s.",
        found.total,
    )
    return said % {"n": grouped(found.total), "running": grouped(found.running), "names": _named(found)}


def _row(one: InTrouble, found: Help, today: date, currency: str, told: set[Outcome]) -> dict[str, Any]:
    act, act_url = best(one)
    return {
        "one": one, "url": reverse("initiatives:detail", args=[one.id]), "act": act, "act_url": act_url,
        "loss": _loss(one, found, currency) if found.by_loss else "", "risk_url": reverse("risk:initiative", args=[one.id]),
        "reasons": [_reason(one, trouble, today, told) for trouble in one.troubles],
    }  # fmt: skip


def _loss(one: InTrouble, found: Help, currency: str) -> str:
    """What is lost with it on average, with the chance and the amount that make it."""
    if one.figure is None or one.loss is None:
        return _("Expected loss unknown: no figure, or no amount that is yours to see")
    value, low, high = (tidy(100 * number, 0) for number in one.figure)
    said = (
        _(
            "Expected loss %(loss)s: %(value)s %% chance of being abandoned within %(months)s months (80 %% interval %(low)s to "
            "%(high)s %%), of at least %(stake)s spent and committed"
        )
        if one.least
        else _(
            "Expected loss %(loss)s: %(value)s %% chance of being abandoned within %(months)s months (80 %% interval %(low)s to "
            "%(high)s %%), of %(stake)s spent and committed"
        )
    )
    return said % {
        "loss": money(one.loss, currency), "months": found.months, "value": value, "low": low, "high": high,
        "stake": money(one.stake, currency),
    }  # fmt: skip


def _reason(one: InTrouble, trouble: Trouble, today: date, told: set[Outcome]) -> dict[str, str]:
    tone, icon, word = _MARKS[trouble.reason]
    text = _gate(trouble, told) if trouble.reason is Reason.GATE else _text(trouble, today)
    return {"tone": tone, "icon": icon, "text": f"{word}: {text}", "url": _url(one, trouble)}


def _gate(trouble: Trouble, told: set[Outcome]) -> str:
    gate, recommended = trouble.text.rsplit("|", 1)
    outcome = Outcome(recommended)
    said = _("%(gate)s: the criteria say %(outcome)s") % {"gate": gate, "outcome": _(OUTCOME_LABELS[outcome])}
    if outcome in told:
        return said
    told.add(outcome)
    return f"{said}. {OUTCOME_HELP[outcome]}"


def _text(trouble: Trouble, today: date) -> str:
    n, since = trouble.n, day_text(trouble.since, today) if trouble.since else ""
    if trouble.reason is Reason.CONDITION:
        said = ngettext("overdue since %(day)s", "%(n)d overdue, the first since %(day)s", n)
        return f"{said % {'n': n, 'day': since}}: {trouble.text}"
    if trouble.reason is Reason.NOT_MET:
        return ngettext("%(n)d requirement, by what was measured", "%(n)d requirements, by what was measured", n) % {"n": n}
    if trouble.reason is Reason.RED:
        return trouble.text or _("marked so without a note")
    if trouble.reason is Reason.STALLED:
        return _("%(n)s days in its stage, longer than nine in ten") % {"n": grouped(n)}
    if trouble.reason is Reason.MILESTONE:
        said = ngettext("overdue since %(day)s", "%(n)d overdue, the first since %(day)s", n)
        return f"{said % {'n': n, 'day': since}}: {trouble.text}"
    if trouble.reason is Reason.STALE:
        said = ngettext("the evidence of %(n)d requirement is too old", "the evidence of %(n)d requirements is too old", n)
        return said % {"n": n}
    if trouble.reason is Reason.UNKNOWN:
        said = ngettext(
            "of %(n)d requirement nobody knows whether it is met", "of %(n)d requirements nobody knows whether they are met", n
        )
        return said % {"n": n}
    return _("no owner is named")


def _url(one: InTrouble, trouble: Trouble) -> str:
    if trouble.reason in (Reason.GATE, Reason.CONDITION) and trouble.ref:
        return reverse("gates:review", args=[trouble.ref])
    if trouble.reason in (Reason.NOT_MET, Reason.STALE, Reason.UNKNOWN):
        several = trouble.n > 1 or trouble.ref is None
        return reverse("evidence:initiative", args=[one.id]) if several else reverse("evidence:requirement", args=[trouble.ref])
    return reverse("initiatives:detail", args=[one.id])
