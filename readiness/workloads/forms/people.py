"""Naming a person by typing: one list of names for a whole page, however many fields ask for somebody."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from portfolio.accounts.models import User
from portfolio.accounts.queries import people_who_see
from portfolio.initiatives.models import Initiative

MOST = 2_000


class People:
    """Who holds a role in the unit of the initiative, read when first asked for; namesakes are told apart by their addresses."""

    def __init__(self, initiative: Initiative) -> None:
        self._initiative = initiative

    @cached_property
    def _labels(self) -> dict[str, User]:
        rows = people_who_see(self._initiative.unit, demo=self._initiative.demo, real_too=True)
        found = list(rows.order_by("name", "id").only("id", "name", "email")[:MOST])
        often = Counter(user.name or user.email for user in found)
        return {_label(user, often): user for user in found}

    @property
    def labels(self) -> list[str]:
        return list(self._labels)

    def named(self, label: str) -> User | None:
        """The person with this label or address."""
        found = self._labels.get(label)
        return found or next((user for user in self._labels.values() if user.email.casefold() == label.casefold()), None)

    def label_of(self, user: User | None) -> str:
        """The text that `named` reads back; for somebody who left, the name alone."""
        if user is None:
            return ""
        return next((label for label, one in self._labels.items() if one.pk == user.pk), user.name or user.email)


def _label(user: User, often: Counter[str]) -> str:
    name = user.name or user.email
    return f"{name} ({user.email})" if often[name] > 1 else name
