"""What is money, in the variant for those who may see it: worth, budget, purchases. Without facts a section does not appear."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.finance.queries.standing import Money
from portfolio.kit.templatetags.ui_text import grouped
from readiness.gates.choices import BudgetBasis, PurchaseBasis
from readiness.gates.tables.reasons import span
from readiness.gates.tables.words import Text
from readiness.meetings.rules.packs.page import Cell, Column, Fact, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import fact

_BASES: dict[str, Text] = {
    BudgetBasis.PLANNED: gettext_lazy("Planned"),
    BudgetBasis.ACTUAL: gettext_lazy("Actual"),
    PurchaseBasis.COUNT: gettext_lazy("By number"),
    PurchaseBasis.AMOUNT: gettext_lazy("By amount"),
}


def worth(one: Subject) -> Fact:
    initiative = one.item.review.initiative
    amount = initiative.expected_value
    said = f"{grouped(amount)} {initiative.expected_value_currency}".strip() if amount is not None else ""
    return fact(_("Expected value"), said, otherwise=_("nobody has said"))


def budget(one: Subject, _all: Gathered) -> Section | None:
    """Amounts, infrastructure's share, and what is missing to its band; the share's ends differ by what is in no category."""
    found = one.judged.facts.budget
    if not found:
        return None
    amounts = {money.basis.value: money for money in one.amounts}
    rows = tuple(
        (
            Cell(str(_BASES[basis])),
            Cell(_total(amounts.get(basis))),
            Cell(span(each.low, each.high)),
            Cell(_gap(amounts.get(basis))),
        )
        for basis, each in sorted(found.items())
    )
    columns = (
        Column(_("Budget"), 2), Column(_("Amount"), 2, right=True), Column(_("Infrastructure share"), 2, right=True),
        Column(_("To the band"), 3, right=True),
    )  # fmt: skip
    return Section(title=_("Budget"), table=Table(columns, rows))


def _total(money: Money | None) -> str:
    if money is None:
        return _("unknown")
    known = f"{grouped(money.total)} {money.currency}"
    return _("at least %s") % known if money.unknown else known


def _gap(money: Money | None) -> str:
    """What would have to move to or from infrastructure, at the end of the interval that needs most."""
    if money is None:
        return ""
    short, over = money.share.short[1], money.share.over[1]
    if short > 0:
        return _("%(amount)s %(currency)s short at most") % {"amount": grouped(short), "currency": money.currency}
    if over > 0:
        return _("%(amount)s %(currency)s over at most") % {"amount": grouped(over), "currency": money.currency}
    return _("within the band")


def purchases(one: Subject, _all: Gathered) -> Section | None:
    found = one.judged.facts.purchases
    if not found:
        return None
    columns = (
        Column(_("Purchases"), 2), Column(_("In the IT plan"), 1, right=True), Column(_("Outside"), 1, right=True),
        Column(_("We do not know"), 1, right=True),
    )  # fmt: skip
    rows = tuple(
        (Cell(str(_BASES[basis])), *(Cell(grouped(amount)) for amount in (each.inside, each.outside, each.unknown)))
        for basis, each in sorted(found.items())
    )
    return Section(title=_("Purchases"), table=Table(columns, rows))


def sections(one: Subject, all_: Gathered) -> Iterator[Section]:
    for found in (budget(one, all_), purchases(one, all_)):
        if found is not None:
            yield found
