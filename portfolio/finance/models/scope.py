"""Who sees amounts: by role for the unit, or as owner or sponsor of the initiative. Rows without the right do not exist."""

from __future__ import annotations

from typing import Protocol, Self

from django.db.models import Q

from portfolio.kit.scope import Reader, Row, ScopedQuerySet, within


class MoneyReader(Reader, Protocol):
    """A reader with a person or a token behind it; `accounts.rules.Actor` is one."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def scopes(self) -> frozenset[str] | None: ...


def money_of(reader: MoneyReader, *, unit: str = "unit", initiative: str = "initiative") -> Q:
    """Rows of a unit or of an initiative (one of the two is set) whose amounts the reader may see. An empty Q is every row."""
    paths = reader.paths("money")
    by_unit = within(f"{unit}__path", paths)
    if not by_unit:
        return by_unit
    seen = by_unit | within(f"{initiative}__unit__path", paths)
    if reader.user_id is None or reader.scopes is not None:
        return seen
    own = Q(**{f"{initiative}__owner": reader.user_id}) | Q(**{f"{initiative}__sponsor": reader.user_id})
    return seen | (own & within(f"{initiative}__unit__path", reader.paths("view")))


class MoneyQuerySet(ScopedQuerySet[Row]):
    """Rows with `unit`, `initiative` and `demo`; the one door to amounts."""

    view_action = "money"

    def visible_to(self, reader: Reader) -> Self:
        """Rows whose amounts the reader may see, of the portfolio that is shown."""
        return self.filter(money_of(reader), demo=reader.showing_demo)  # type: ignore[arg-type]
