"""Amounts of many initiatives as plain data: infrastructure's share by unit and year, and what endings cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.finance.choices import INFRASTRUCTURE
from portfolio.finance.rules.lines import ZERO
from portfolio.finance.rules.share import Band, Share, share_of

ABANDONED = ("stopped_by_decision", "drifted", "abandoned_unknown")
FATES = ("in_flight", "unknown_stage", "in_production", *ABANDONED, "closed_otherwise")


def told(rows: int, priced: int, known: int) -> bool:
    """Whether a sum may be told: its reader may see the amount of every row, or of two at least; and something is known
    (docs/decisions/0011)."""
    return known >= (1 if priced == rows else FEWEST_IN_A_TOTAL)


@dataclass(slots=True)
class UnitMoney:
    """A unit with everything below it in one year. `initiatives`: what the filter leaves; `priced`: those whose amounts the
    reader may see; `held`: those with a budget line in the year. Amounts in the reporting currency; lines without a known one
    are counted in `unknown_planned` and `unknown_actual` and are in no sum."""

    id: int
    name: str
    own: bool = False
    initiatives: int = 0
    priced: int = 0
    held: int = 0
    unknown_planned: int = 0
    unknown_actual: int = 0
    planned: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    actual: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def told(self) -> bool:
        return told(self.initiatives, self.priced, self.held)

    def share(self, band: Band) -> Share | None:
        """Of planned amounts; None where nothing is known or nothing may be told."""
        return share_of(self.planned.items(), band) if self.told else None

    @property
    def infrastructure(self) -> tuple[Decimal, Decimal]:
        """(planned, spent) for infrastructure, of known amounts."""
        return _infrastructure(self.planned), _infrastructure(self.actual)


def _infrastructure(amounts: Mapping[str, Decimal]) -> Decimal:
    return sum((amount for category, amount in amounts.items() if category in INFRASTRUCTURE), ZERO)


def together(parts: Iterable[UnitMoney], pk: int, name: str, *, own: bool = False) -> UnitMoney:
    """The sum of units that do not contain one another."""
    made = UnitMoney(pk, name, own)
    for part in parts:
        for number in ("initiatives", "priced", "held", "unknown_planned", "unknown_actual"):
            setattr(made, number, getattr(made, number) + getattr(part, number))
        for category, amount in part.planned.items():
            made.planned[category] += amount
        for category, amount in part.actual.items():
            made.actual[category] += amount
    return made


def money_below(rows: Iterable[UnitMoney], units: Mapping[int, tuple[str, str]], root: str) -> list[UnitMoney]:
    """Per direct child of the unit at path `root`, the largest plan first, and last what belongs to the root itself
    (rules.figures.roll_up). `units` is id -> (name, path)."""
    below: dict[int, list[UnitMoney]] = defaultdict(list)
    for row in rows:
        path = units[row.id][1].removeprefix(root).strip("/")
        below[int(path.split("/")[0]) if path else 0].append(row)
    own = below.pop(0, [])
    made = [together(parts, pk, units[pk][0] if pk in units else "") for pk, parts in below.items()]
    made.sort(key=lambda unit: (-sum(unit.planned.values()), unit.name))
    return [*made, together(own, own[0].id, units[own[0].id][0], own=True)] if own else made


@dataclass(frozen=True, slots=True)
class Spent:
    """What initiatives of one fate cost so far. `bound`: what still has to be paid after the end of those that were abandoned.

    `known`: initiatives with an amount; `unknown`: their lines, `unbounded` their commitments, of which nobody knows it.
    """

    fate: str
    initiatives: int
    priced: int
    known: int
    spent: Decimal
    unknown: int
    bound: Decimal
    unbounded: int

    @property
    def amount(self) -> Decimal | None:
        """None: nothing is known, or it may not be told."""
        return self.spent + self.bound if told(self.initiatives, self.priced, self.known) else None

    @property
    def sure(self) -> bool:
        """Whether the amount is all of it; else it is the least that it was."""
        return not (self.unknown or self.unbounded) and self.known == self.initiatives


def added(parts: Iterable[Spent], fate: str) -> Spent:
    """Several fates as one, for instance everything that was abandoned."""
    rows = list(parts)
    return Spent(
        fate, sum(row.initiatives for row in rows), sum(row.priced for row in rows), sum(row.known for row in rows),
        sum((row.spent for row in rows), ZERO), sum(row.unknown for row in rows), sum((row.bound for row in rows), ZERO),
        sum(row.unbounded for row in rows),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Avoided:
    """What Kill decisions in effect spared, as it was sealed with each: in one currency, over `known` of `opened` decisions of
    `decisions`; `at_least`: of so many the plan was not known whole."""

    currency: str
    decisions: int
    opened: int
    known: int
    amount: Decimal | None
    at_least: int
