"""Whose line is it? Initiatives by key, external id or name, units by code, name or trail; within one unit's tree."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.models import ExternalId, Initiative

_SEVERAL = -1


class Holder(NamedTuple):
    """Exactly one id is set. `reason` says why neither is."""

    initiative: int | None = None
    unit: int | None = None
    reason: str = ""
    field: str = ""


class Holders:
    """Loaded once per import, three statements."""

    def __init__(self, top: BusinessUnit) -> None:
        self.initiatives: dict[str, int] = {}
        self.units: dict[str, int] = {}
        self._load_units(top)
        self._load_initiatives(top)

    def find(self, initiative: str, unit: str) -> Holder:
        """An initiative goes before a unit: its lines are its unit's already."""
        if initiative:
            return self._initiative(initiative)
        if unit:
            return self._unit(unit)
        return Holder(reason=_("neither an initiative nor a unit is named"), field="unit")

    def _initiative(self, text: str) -> Holder:
        found = self.initiatives.get(text.strip().casefold())
        if found is None:
            return Holder(reason=_("no initiative of this unit has that key, id or name"), field="initiative")
        if found == _SEVERAL:
            return Holder(reason=_("several initiatives are called so; write the key"), field="initiative")
        return Holder(initiative=found)

    def _unit(self, text: str) -> Holder:
        found = self.units.get(" / ".join(part.strip() for part in text.split("/")).casefold())
        if found is None:
            return Holder(reason=_("no unit here has that code, name or path"), field="unit")
        if found == _SEVERAL:
            return Holder(reason=_("several units are called so; write the path, such as “Retail / Stores”"), field="unit")
        return Holder(unit=found)

    def _load_units(self, top: BusinessUnit) -> None:
        above = [int(part) for part in top.path.strip("/").split("/")]
        rows = {row.pk: row for row in BusinessUnit.objects.filter(pk__in=above)}
        rows |= {row.pk: row for row in BusinessUnit.objects.filter(path__startswith=top.path)}
        for row in rows.values():
            if not row.path.startswith(top.path):
                continue
            trail = [rows[int(part)].name for part in row.path.strip("/").split("/") if int(part) in rows]
            for start in range(len(trail)):  # the whole path, and any end of it
                _note(self.units, " / ".join(trail[start:]), row.pk)
            _note(self.units, row.code, row.pk)

    def _load_initiatives(self, top: BusinessUnit) -> None:
        rows = Initiative.objects.filter(unit__path__startswith=top.path, demo=top.demo)
        names: dict[str, int] = {}
        for pk, key, name in rows.values_list("id", "key", "name"):
            self.initiatives[key.casefold()] = pk
            _note(names, name, pk)
        ids: dict[str, int] = defaultdict(int)
        found = ExternalId.objects.filter(initiative__in=rows)
        for pk, value in found.values_list("initiative_id", "value"):
            _note(ids, value, pk)
        self.initiatives = names | ids | self.initiatives  # a key is never mistaken for a name


def _note(index: dict[str, int], text: str, pk: int) -> None:
    word = text.strip().casefold()
    if word:
        index[word] = pk if index.get(word, pk) in (pk, 0) else _SEVERAL
