"""Budgets of the portfolio by unit, and of a unit by initiative: sums of what the reader may see, counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.finance.choices import Basis
from portfolio.finance.models import BudgetLine, FinanceSettings
from portfolio.finance.queries.facts import LINE_COLUMNS, line_facts
from portfolio.finance.queries.rates import RateTable, band_of
from portfolio.finance.queries.standing import share_by
from portfolio.finance.rules.burn import Variance, variance
from portfolio.finance.rules.lines import ZERO, Line, part
from portfolio.finance.rules.share import Band, Share, share_of
from portfolio.finance.rules.years import Year
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries.initiatives import money_visible

_GROUP = ("place", "category", "currency", "period_start", "period_end")


@dataclass(slots=True)
class UnitSum:
    """A unit with everything below it. `items`: initiatives with lines, and units with lines of their own.

    `running`: visible initiatives that run, `unbudgeted` those of them without a line in the year. Amounts are of the year, what
    has no known amount is in `unknown_planned` and `unknown_actual` (lines).
    """

    unit: BusinessUnit
    items: int = 0
    running: int = 0
    unbudgeted: int = 0
    planned: Decimal = ZERO
    to_date: Decimal = ZERO
    actual: Decimal = ZERO
    unknown_planned: int = 0
    unknown_actual: int = 0
    by_category: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    spent_by_category: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def empty(self) -> bool:
        return not self.items

    def share(self, band: Band) -> Share | None:
        """Of planned amounts. Lines without a known amount are told beside it; they do not widen a sum of many."""
        return share_of(self.by_category.items(), band)


@dataclass(frozen=True, slots=True)
class InitiativeSum:
    """One initiative of a unit in the year."""

    initiative: Initiative
    variance: Variance | None
    share: Share | None


def by_unit(actor: Actor, table: RateTable, year: Year, today: date) -> list[UnitSum]:
    """Every unit whose money the reader holds, in tree order, each with what lies below it. Four statements.

    Nothing below such a unit is hidden from the reader, so no total needs to be withheld (docs/decisions/0011).
    """
    units = {unit.pk: unit for unit in BusinessUnit.objects.all()}
    sums: dict[int, UnitSum] = {}
    for row in _groups(actor, year, today):
        for pk in _up(units, row["place"]):
            _add(sums.setdefault(pk, UnitSum(units[pk])), row, table, year, today)
    _count(actor, year, units, sums)
    seen = set(_seen(actor, units))
    return sorted((one for pk, one in sums.items() if pk in seen), key=lambda one: one.unit.path)


def _in_year(actor: Actor, year: Year) -> Any:
    """Visible lines that touch the year, each with the unit that it belongs to today as `place`."""
    rows = BudgetLine.objects.visible_to(actor).filter(period_start__lte=year.end, period_end__gte=year.start)
    return rows.annotate(place=Coalesce(F("initiative__unit"), F("unit"))).order_by()


def _groups(actor: Actor, year: Year, today: date) -> Iterable[dict[str, Any]]:
    """Amounts summed where one rate and one part of the year hold for all of them; unknown ones counted as the rules do."""
    begun = Q(actual=None, period_start__lte=today)
    rows: Any = _in_year(actor, year).values(*_GROUP)
    return rows.annotate(  # type: ignore[no-any-return]
        sum_planned=Sum("planned"), sum_actual=Sum("actual"), no_plan=Count("id", filter=Q(planned=None) & ~_said("planned")),
        no_actual=Count("id", filter=begun & ~_said("actual")),
    )  # fmt: skip


def _said(name: str) -> Exists:
    """Another line of the same holder and category tells the amount of that time (rules.lines.unknown_lines)."""
    same = Q(initiative=OuterRef("initiative")) | Q(unit=OuterRef("unit"))
    others: Any = BudgetLine.objects.filter(same, category=OuterRef("category"), **{f"{name}__isnull": False})
    return Exists(others.filter(period_start__lte=OuterRef("period_end"), period_end__gte=OuterRef("period_start")))


def _add(one: UnitSum, row: dict[str, Any], table: RateTable, year: Year, today: date) -> None:
    start, end, currency = row["period_start"], row["period_end"], row["currency"]
    planned, actual = (table.convert(row[name], currency, start) for name in ("sum_planned", "sum_actual"))
    one.unknown_planned += row["no_plan"] + (planned is None and row["sum_planned"] is not None)
    one.unknown_actual += row["no_actual"] + (actual is None and row["sum_actual"] is not None)
    if planned is not None:
        inside = part(planned, start, end, year.start, year.end)
        one.planned += inside
        one.to_date += part(planned, start, end, year.start, min(year.end, today))
        one.by_category[row["category"]] += inside
    if actual is not None:
        spent = part(actual, start, end, year.start, year.end)
        one.actual += spent
        one.spent_by_category[row["category"]] += spent


def _count(actor: Actor, year: Year, units: dict[int, BusinessUnit], sums: dict[int, UnitSum]) -> None:
    lines: Any = _in_year(actor, year).values("place")
    lines = lines.annotate(of=Count("initiative", distinct=True), own=Count("id", filter=Q(initiative=None)))
    for row in lines:
        for pk in _up(units, row["place"]):
            sums.setdefault(pk, UnitSum(units[pk])).items += row["of"] + bool(row["own"])
    running: Any = visible_money(actor).exclude(status=Status.CLOSED).order_by().values("unit")
    has_line = Q(pk__in=_in_year(actor, year).exclude(initiative=None).values("initiative"))
    for row in running.annotate(all=Count("id"), planned=Count("id", filter=has_line)):
        for pk in _up(units, row["unit"]):
            one = sums.setdefault(pk, UnitSum(units[pk]))
            one.running += row["all"]
            one.unbudgeted += row["all"] - row["planned"]


def visible_money(actor: Actor) -> QuerySet[Initiative]:
    """Visible initiatives whose amounts the reader may see."""
    return Initiative.objects.visible_to(actor).filter(money_visible(actor))


def _up(units: dict[int, BusinessUnit], pk: int) -> list[int]:
    return [int(number) for number in units[pk].path.strip("/").split("/")]


def _seen(actor: Actor, units: dict[int, BusinessUnit]) -> Iterable[int]:
    """Units that the reader holds money for, or any initiative of whose amounts it sees: those are shown, those above are not."""
    paths = actor.paths("money")
    return (pk for pk, unit in units.items() if any(unit.path.startswith(path) for path in paths) or "/" in paths)


def initiative_sums(
    actor: Actor, initiatives: list[Initiative], settings: FinanceSettings, table: RateTable, year: Year, today: date
) -> list[InitiativeSum]:
    """The given initiatives with their sums; one statement."""
    held: dict[int, list[Any]] = defaultdict(list)
    rows: Any = _in_year(actor, year).filter(initiative__in=[row.pk for row in initiatives])
    for row in rows.values(*LINE_COLUMNS):
        held[row["initiative_id"]].append(row)
    return [_sum(one, line_facts(held.get(one.pk, []), table), settings, year, today) for one in initiatives]


def _sum(one: Initiative, lines: list[Line], settings: FinanceSettings, year: Year, today: date) -> InitiativeSum:
    if not lines:
        return InitiativeSum(one, None, None)
    cut = [_cut(line, year) for line in lines]
    return InitiativeSum(one, variance(cut, today), share_by(cut, Basis.PLANNED, band_of(settings), today))


def _cut(line: Line, year: Year) -> Line:
    """What of a line lies in the year."""
    if year.start <= line.start and line.end <= year.end:
        return line
    start, end = max(line.start, year.start), min(line.end, year.end)
    planned, actual = (
        None if amount is None else part(amount, line.start, line.end, start, end) for amount in (line.planned, line.actual)
    )
    return Line(line.category, start, end, planned, actual, line.holder)
