"""What the venues page says: options as columns, facts as rows, and the verdicts in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import VENUE_LABELS, DateKind, Venue
from portfolio.kit.templatetags import ui_text, ui_values
from readiness.workloads.choices import Function, OptionState
from readiness.workloads.models import VenueOption
from readiness.workloads.queries.venues import FunctionView
from readiness.workloads.rules.sequence import RULES, Dated, Rule, Verdict
from readiness.workloads.rules.sequence import Sequence as Judged
from readiness.workloads.rules.venues import Finding, quota_gap
from readiness.workloads.tables.capacity import number

FUNCTIONS = {
    Function.STORAGE: gettext_lazy("Storage"),
    Function.TRAINING: gettext_lazy("Training"),
    Function.INFERENCE: gettext_lazy("Inference"),
}
STATES = {
    OptionState.CANDIDATE: gettext_lazy("candidate"),
    OptionState.CHOSEN: gettext_lazy("chosen"),
    OptionState.REJECTED: gettext_lazy("rejected"),
}
FINDINGS = {
    Finding.COMPARED: gettext_lazy("At least two were compared, one of them not public cloud."),
    Finding.REASONED: gettext_lazy("A written reason stands in for a comparison."),
    Finding.NOT_NEEDED: gettext_lazy("The initiative does not have this function."),
    Finding.NOTHING: gettext_lazy("Nobody has looked for a place yet."),
    Finding.ONE: gettext_lazy("Only one was looked at: compare another, or write down why it is enough."),
    Finding.ONLY_PUBLIC_CLOUD: gettext_lazy(
        "Only public cloud was looked at: compare another venue, or write down why it is enough."
    ),
    Finding.VENUE_UNKNOWN: gettext_lazy("Nobody knows where one of them runs, so nobody knows whether they differ."),
}
DATES = {
    DateKind.ARCHITECTURE_DECIDED: gettext_lazy("Compute architecture decided"),
    DateKind.MODEL_SELECTED: gettext_lazy("Model selected"),
    DateKind.INFRASTRUCTURE_COMMITTED: gettext_lazy("Infrastructure committed"),
    DateKind.SCALE_START: gettext_lazy("Scaling starts"),
}
RULE_TEXTS = {
    Rule.COMPUTE_BEFORE_MODEL: gettext_lazy("The compute architecture is decided before the model is selected."),
    Rule.COMMITMENT_BEFORE_SCALE: gettext_lazy("The infrastructure is committed before scaling starts."),
}


def functions(views: Sequence[FunctionView], *, initiative: int, money: bool, may_edit: bool) -> list[dict[str, Any]]:
    """Each function with its options as columns (`heads`) and facts as `rows` of cells {text} or {unknown} or {hidden}."""
    return [
        {
            "key": view.function.value,
            "label": FUNCTIONS[view.function],
            "verdict": view.compared.verdict.value,
            "finding": FINDINGS[view.compared.finding],
            "reason": view.reason,
            "decided_on": view.decided_on,
            "declared": None if view.declared == Venue.UNKNOWN else VENUE_LABELS[view.declared],
            "chosen": None if view.chosen is None else VENUE_LABELS[view.chosen],
            "differs": view.differs,
            "not_applicable": view.not_applicable,
            "heads": [_head(initiative, row) for row in view.options],
            "rows": _rows(view.options, view.function, money=money) if view.options else [],
            "new_url": f"{reverse('workloads:venue_new', args=[initiative])}?function={view.function.value}" if may_edit else "",
            "comparison_url": reverse("workloads:venue_comparison", args=[initiative, view.function.value]) if may_edit else "",
        }
        for view in views
    ]


def headline(views: Sequence[FunctionView]) -> str:
    """How many functions have a chosen venue, and how many were not compared."""
    needed = [view for view in views if not view.not_applicable]
    chosen = sum(1 for view in needed if view.chosen is not None)
    left = [str(FUNCTIONS[view.function]).lower() for view in needed if view.compared.verdict != "met"]
    text = ngettext("%(n)d of %(all)d function has its venue", "%(n)d of %(all)d functions have their venue", len(needed))
    said = text % {"n": chosen, "all": len(needed)}
    return said + (_("; not compared yet: %s") % ", ".join(left) if left else "")


def sequence_lines(found: Sequence[Judged]) -> list[dict[str, Any]]:
    """Each rule with its verdict and why."""
    return [{"verdict": one.verdict.value, "rule": RULE_TEXTS[one.rule], "why": _why(one)} for one in found]


def date_lines(dates: Mapping[str, Dated]) -> list[dict[str, Any]]:
    """The four dates in the order in which they should follow."""
    nothing = Dated()
    return [{"label": label, "dated": dates.get(kind, nothing)} for kind, label in DATES.items()]


def _why(one: Judged) -> str:
    if one.missing:
        return _("Nobody knows: %s.") % ", ".join(str(DATES[kind]).lower() for kind in one.missing)
    if one.days is None:
        return _("The dates are known too roughly to say which came first.")
    days = ngettext("%(n)d day", "%(n)d days", one.days) % {"n": one.days}
    if one.verdict == Verdict.NOT_MET:
        first, then = (str(DATES[kind]).lower() for kind in RULES[one.rule])
        text = _("Inverted by %(days)s: %(then)s before %(first)s.") if one.exact else _(
            "Inverted by at least %(days)s: %(then)s before %(first)s."
        )  # fmt: skip
        return text % {"days": days, "then": then, "first": first}
    if not one.days:
        return _("On the same day, or right before.") if not one.exact else _("On the same day.")
    return (_("In order, with %s between.") if one.exact else _("In order, with at least %s between.")) % days


def _head(initiative: int, row: VenueOption) -> dict[str, Any]:
    at = [initiative, row.pk]
    return {
        "label": row.label,
        "state": row.state,
        "state_label": STATES[OptionState(row.state)],
        "reason": row.reason,
        "edit_url": reverse("workloads:venue_edit", args=at),
        "choose_url": "" if row.state == OptionState.CHOSEN else reverse("workloads:venue_choose", args=at),
        "reject_url": "" if row.state == OptionState.REJECTED else reverse("workloads:venue_reject", args=at),
        "reconsider_url": "" if row.state == OptionState.CANDIDATE else reverse("workloads:venue_reconsider", args=at),
    }


Cell = dict[str, Any]
UNKNOWN: Cell = {"unknown": True}


def _rows(options: list[VenueOption], function: Function, *, money: bool) -> list[tuple[Any, list[Cell]]]:
    unit = _("TB") if function is Function.STORAGE else _("accelerators")

    def cells(read: Callable[[VenueOption], Cell]) -> list[Cell]:
        return [read(row) for row in options]

    def cost(name: str) -> list[Cell]:
        return cells(lambda row: _money(getattr(row, name), row.cost_currency) if money else {"hidden": True})

    rows = [
        (_("Venue"), cells(lambda row: UNKNOWN if row.venue == Venue.UNKNOWN else {"text": VENUE_LABELS[Venue(row.venue)]})),
        (_("Provider"), cells(lambda row: {"text": row.provider} if row.provider else UNKNOWN)),
        (_("Capacity"), cells(lambda row: _amount(row.capacity, unit))),
        (_("Cost per month"), cost("cost_per_month")),
        (_("One-off cost"), cost("one_off_cost")),
        (_("Lead time"), cells(lambda row: _days(row.lead_time_days))),
        (_("Quota granted of requested"), cells(_quota)),
        (_("Notice before a price change"), cells(lambda row: _days(row.price_notice_days))),
        (_("Provider's backlog"), cells(lambda row: _days(row.backlog_days))),
    ]
    if function is not Function.STORAGE:
        rows.insert(2, (_("Accelerator"), cells(lambda row: {"text": row.accelerator.name} if row.accelerator else UNKNOWN)))
    if any(row.note for row in options):
        rows.append((_("Note"), cells(lambda row: {"text": row.note, "long": True})))
    return rows


def _amount(value: float | None, unit: str) -> Cell:
    return UNKNOWN if value is None else {"text": f"{number(value)} {unit}", "num": True}


def _days(value: int | None) -> Cell:
    if value is None:
        return UNKNOWN
    return {"text": ngettext("%(n)s day", "%(n)s days", value) % {"n": ui_text.grouped(value)}, "num": True}


def _money(value: Any, currency: str) -> Cell:
    return UNKNOWN if value is None else {"text": ui_values.money(value, currency), "num": True}


def _quota(row: VenueOption) -> Cell:
    if row.quota_requested is None and row.quota_granted is None:
        return UNKNOWN
    granted = _("unknown") if row.quota_granted is None else number(row.quota_granted)
    requested = _("unknown") if row.quota_requested is None else number(row.quota_requested)
    gap = quota_gap(row.quota_requested, row.quota_granted)
    note = "" if not gap else _("%s missing") % number(gap)
    return {
        "text": _("%(granted)s of %(requested)s") % {"granted": granted, "requested": requested},
        "note": note, "gap": bool(gap), "num": True,
    }  # fmt: skip
