"""What an option costs to run: our own price where the reader may see it, else the public list price, with its origin."""

from __future__ import annotations

from dataclasses import dataclass

from readiness.core.sizing.inputs import Price
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach, PriceOrigin
from readiness.sizing.rules.drafts import Draft, Row

HOURS_PER_MONTH = 730.0


@dataclass(frozen=True, slots=True)
class Priced:
    """`price` is None where nobody knows one; `hidden`: there is one of ours that this reader may not see."""

    price: Price | None = None
    currency: str = ""
    origin: PriceOrigin = PriceOrigin.UNKNOWN
    hidden: bool = False


def priced(draft: Draft, *, money: bool) -> Priced:
    """The best price that the reader may see. What our pool costs counts as ours."""
    ours = _ours(draft)
    if ours.price is not None and money:
        return ours
    listed = _listed(draft)
    return Priced(listed.price, listed.currency, listed.origin, hidden=ours.price is not None)


def _ours(draft: Draft) -> Priced:
    if draft.approach == Approach.API:
        if draft.price_input is None:
            return Priced()
        return Priced(_tokens(draft.price_input, draft.price_output), draft.price_currency, PriceOrigin.OURS)
    if draft.price_per_accelerator_hour is not None:
        return Priced(_hour(draft.price_per_accelerator_hour), draft.price_currency, PriceOrigin.OURS)
    pool = draft.pool
    if pool is None or not pool.get("cost_per_month") or not pool.get("size"):
        return Priced()
    hourly = float(pool["cost_per_month"]) / float(pool["size"]) / HOURS_PER_MONTH
    return Priced(_hour(hourly), pool["cost_currency"], PriceOrigin.POOL)


def _listed(draft: Draft) -> Priced:
    if draft.approach == Approach.API:
        row = draft.model or {}
        if row.get("price_input") is None:
            return Priced()
        return Priced(_tokens(row["price_input"], row.get("price_output")), row["price_currency"], PriceOrigin.LISTED)
    row = draft.accelerator or {}
    likely = row.get("price_likely")
    if likely is None:
        return Priced()
    return Priced(Price(per_accelerator_hour=_range(row, float(likely))), row["price_currency"], PriceOrigin.LISTED)


def _range(row: Row, likely: float) -> Quantity:
    low, high = row.get("price_low"), row.get("price_high")
    return Quantity(likely, min(likely, likely if low is None else low), max(likely, likely if high is None else high))


def _tokens(per_input: float, per_output: float | None) -> Price:
    """An embedding has no price of what it puts out."""
    output = None if per_output is None else Quantity.exactly(float(per_output))
    return Price(per_million_input=Quantity.exactly(float(per_input)), per_million_output=output)


def _hour(price: float) -> Price:
    return Price(per_accelerator_hour=Quantity.exactly(float(price)))
