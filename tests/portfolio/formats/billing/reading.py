"""Small bills as text, and everything that reading one says."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, BinaryIO

import numpy as np
import pyarrow.compute as pc

from portfolio.formats.billing.charge import AMOUNTS, Block, Limits, Position, Reject
from portfolio.formats.billing.reading import recognised

EXACT = Context(prec=60)
HEADER = (
    "BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,ServiceName"
)
GOOD = "1.25,1.00,USD,Usage,2026-01-05T00:00:00Z,2026-01-05T01:00:00Z,2026-01-01T00:00:00Z,Some Service"


@dataclass
class Said:
    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    items: list[dict[str, str]] = field(default_factory=list)
    keys: set[tuple[int, int]] = field(default_factory=set)
    rejects: list[Reject] = field(default_factory=list)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused_billed: dict[str, Decimal] = field(default_factory=dict)
    days: list[Any] = field(default_factory=list)
    periods: list[Any] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    layout: str = ""
    version: str = ""


def bill(*lines: str, header: str = HEADER, **options: Any) -> Said:
    """A small FOCUS file of these lines, read."""
    return read(io.BytesIO("\n".join([header, *lines, ""]).encode()), **options)


def read(file: BinaryIO, *, currency: str = "", limits: Limits | None = None, at: Position | None = None) -> Said:
    opened = recognised(file, currency=currency, limits=limits or Limits())
    said = Said(layout=opened.layout.key, version=opened.layout.version)
    for block in opened.blocks(at):
        add(said, block)
    return said


def add(said: Said, block: Block) -> None:
    said.rows += block.rows
    said.blocks.append(block)
    for name in AMOUNTS:
        if (found := pc.sum(block.amounts[name]).as_py()) is not None:
            said.sums[name] = EXACT.add(said.sums.get(name, Decimal(0)), found)
    keys = list(zip(*block.keys.tolist(), strict=True))
    texts = block.described(np.arange(len(keys)))
    for place, key in enumerate(keys):
        if key not in said.keys:
            said.items.append({name: values[place] for name, values in texts.items()})
    said.keys |= set(keys)
    said.rejects += block.rejects
    said.refused.update({(name, str(fault)): rows for (name, fault), rows in block.refused.items()})
    for code, amount in block.refused_billed.items():
        said.refused_billed[code] = said.refused_billed.get(code, Decimal(0)) + amount
    said.days += _dates(block.day)
    said.periods += _dates(block.period)


def _dates(values: Iterable[int]) -> list[Any]:
    return list(np.asarray(values, dtype="datetime64[D]").tolist())
