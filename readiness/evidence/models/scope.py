"""Who sees evidence: the people of the unit that owns its source, and those who see the initiative that it is about."""

from __future__ import annotations

from typing import Self

from django.db import models

from portfolio.kit.scope import Reader, Row, ScopedQuerySet, within


class EvidenceQuerySet(ScopedQuerySet[Row]):
    """Rows with `unit` (the source's), `initiative` (of what it is about, or none) and `source`."""

    demo_lookup = "source__demo"

    def visible_to(self, reader: Reader) -> Self:
        paths = reader.paths(self.view_action)
        own = within(self.unit_path_lookup, paths)
        rows = self.filter(own | models.Q(within("initiative__unit__path", paths))) if own else self.all()
        return rows.filter(**{self.demo_lookup or "source__demo": reader.showing_demo})
