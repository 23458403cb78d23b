"""What gates and packs stand on: shares as intervals, and amounts for those who may see them. Nothing is hidden here."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from portfolio.finance.choices import Basis
from portfolio.finance.models import BudgetLine, Commitment
from portfolio.finance.queries.facts import LINE_COLUMNS, PROMISE_COLUMNS, line_facts, promise_facts
from portfolio.finance.queries.rates import RateTable, band_of, settings_now
from portfolio.finance.rules.ending import Avoided, spend_avoided
from portfolio.finance.rules.lines import Line, total, unknown_lines
from portfolio.finance.rules.share import Band, Share, share_of


class ShareFact(NamedTuple):
    """Infrastructure's share, 0..1; as of the newest change of a line; the digest tells when anything behind it is another."""

    low: float
    high: float
    as_of: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts of one initiative, in the reporting currency. `unknown`: lines whose amount nobody knows."""

    currency: str
    basis: Basis
    total: Decimal
    share: Share
    unknown: int


def budget_facts(initiative_ids: Collection[int], *, today: date) -> dict[int, dict[str, ShareFact]]:
    """By initiative and basis ("planned", "actual"); three statements. What has no known amount is left out: unknown."""
    held = _rows(initiative_ids)
    tables = RateTable.both()
    band = Band(Decimal(0), Decimal(1))  # gates bring bands of their own
    made: dict[int, dict[str, ShareFact]] = {}
    for pk, rows in held.items():
        lines = line_facts(rows, tables[rows[0]["demo"]])
        as_of = max(row["updated_at"] for row in rows)
        for basis in Basis:
            if share := share_by(lines, basis, band, today):
                made.setdefault(pk, {})[basis.value] = ShareFact(
                    float(share.low), float(share.high), as_of, _digest(lines, basis)
                )  # fmt: skip
    return made


def amounts_of(initiative_ids: Collection[int], *, today: date) -> dict[int, list[Money]]:
    """By initiative planned and actual with their share and its gap, for who may see amounts. Four statements."""
    settings = settings_now()
    tables, band = RateTable.both(), band_of(settings)
    made: dict[int, list[Money]] = {}
    for pk, rows in _rows(initiative_ids).items():
        table = tables[rows[0]["demo"]]
        lines = line_facts(rows, table)
        shares = ((basis, share_by(lines, basis, band, today)) for basis in Basis)
        made[pk] = [Money(table.reporting, basis, total(lines, basis), one, one.unknown) for basis, one in shares if one]
    return made


def avoided_by_ending(initiative_id: int, *, on: date) -> tuple[str, Avoided] | None:
    """(currency, what ending it on that day spares); None where nothing is planned."""
    rows = _rows([initiative_id]).get(initiative_id, [])
    if not rows:
        return None
    table = RateTable.load(demo=rows[0]["demo"])
    promises = Commitment.objects.filter(initiative=initiative_id).values(*PROMISE_COLUMNS)
    found = spend_avoided(line_facts(rows, table), promise_facts(promises, table), on)
    return (table.reporting, found) if found else None


def share_by(lines: list[Line], basis: Basis, band: Band, today: date) -> Share | None:
    """The share of a basis: known amounts, and the lines that leave a question open."""
    known = [(line.category, line.amount(basis)) for line in lines if line.amount(basis) is not None]
    open_: list[tuple[str, Decimal | None]] = [(line.category, None) for line in unknown_lines(lines, basis, today)]
    return share_of([*known, *open_], band)


def _rows(initiative_ids: Collection[int]) -> dict[int, list[Any]]:
    held: dict[int, list[Any]] = defaultdict(list)
    rows: Any = BudgetLine.objects.filter(initiative__in=set(initiative_ids)).order_by("initiative_id", "id")
    for row in rows.values(*LINE_COLUMNS, "demo", "updated_at"):
        held[row["initiative_id"]].append(row)
    return held


def _digest(lines: Iterable[Line], basis: Basis) -> str:
    said = sorted(f"{line.category}|{line.start}|{line.end}|{line.amount(basis)}" for line in lines)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
