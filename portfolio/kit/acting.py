"""Who is writing: told to PostgreSQL for the length of one transaction, where the audit triggers read it.

The statement is transaction-local (`set_config(..., true)`), so nothing leaks to the next user of a pooled connection,
and bulk and plain SQL writes are recorded with the same author as single ones.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connections, transaction

MAX_LABEL = 200


class Author(Protocol):
    """What the audit trail keeps of a writer; `accounts.rules.Actor` is one."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...
    @property
    def through(self) -> str: ...
    @property
    def request_id(self) -> str: ...


@contextmanager
def acting(by: Author, *, note: str = "", using: str = "default") -> Iterator[None]:
    """One atomic block whose every business change is recorded as `by`'s. Nested blocks restore the outer author."""
    context = json.dumps(
        {
            "actor_id": by.user_id,
            "actor": by.label[:MAX_LABEL],
            "through": by.through,
            "request_id": by.request_id,
            "note": note[:MAX_LABEL],
        }
    )
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT current_setting('pilotage.actor', true)")
            (outer,) = cursor.fetchone()
            cursor.execute("SELECT set_config('pilotage.actor', %s, true)", [context])
        yield
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('pilotage.actor', %s, true)", [outer or ""])
