"""What belongs to one person and to nobody else, of the portfolio (demo or real) that is being shown."""

from __future__ import annotations

import secrets
from typing import Self

from django.db import models

from portfolio.accounts.rules import Actor
from portfolio.kit.scope import Row


class OwnQuerySet(models.QuerySet[Row]):
    def own(self, actor: Actor) -> Self:
        """A person's own rows. A token has none, and nor has the product itself."""
        if actor.user_id is None or actor.scopes is not None:
            return self.none()
        return self.filter(owner=actor.user_id, demo=actor.showing_demo)


def stored_name(folder: str) -> str:
    """A name that nobody can guess, given before the file is made: one that is made again takes the place of the first."""
    return f"{folder}/{secrets.token_hex(20)}"
