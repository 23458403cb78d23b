"""Eight ways in which the owner of the database could tamper with decisions on the real tables, in a transaction that is undone.

Each tells what the verifiers must find: kind, chain, sequence, and the id of the decision at the place (None: it has none).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connections, transaction
from psycopg import sql

from readiness.gates.models import Decision
from readiness.gates.rules import canonical
from readiness.gates.rules.record.chain import link_hash, sha256

_GUARDS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype IN ('u', 'f', 'c') AND 'gates_decision'::regclass IN (conrelid, confrelid)
"""
_INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'gates_decision'::regclass AND NOT indisprimary"
_NEW_ID = 9_000_000


@dataclass(frozen=True)
class Done:
    kind: str
    chain: str
    sequence: int
    at: int | None = None


Chain = list[Decision]


@contextmanager
def undone() -> Iterator[None]:
    """As the owner, without what guards the table; nothing of it stays."""
    with transaction.atomic(using="owner"):
        for table, name in asked(_GUARDS):
            do(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name)))
        for (name,) in asked(_INDEXES):
            do(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
        yield
        transaction.set_rollback(True, using="owner")


def asked(query: str) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def do(statement: Any) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def chain_of(dice: Random) -> Chain:
    """One of the chains, from its first decision on."""
    rows = list(Decision.objects.using("owner").order_by("chain", "sequence"))
    name = dice.choice(sorted({row.chain for row in rows}))
    return [row for row in rows if row.chain == name]


def change(row: Decision, **columns: Any) -> None:
    """What any UPDATE could do."""
    Decision.objects.using("owner").filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)


def rewritten(row: Decision, **said: Any) -> dict[str, Any]:
    """Content with other words, and its digest."""
    data = json.loads(row.content)
    data["decision"] |= said
    text = canonical.canonical(data).decode()
    return {"content": text, "digest": sha256(text)}


def rehash(rows: Chain, start: int) -> None:
    """Chain the rows anew from a place on, as somebody who knows the scheme would."""
    for place in range(start, len(rows)):
        row = rows[place]
        previous = rows[place - 1].hash if place else "0" * 64
        change(row, previous=previous, hash=link_hash(row.chain, row.sequence, previous, row.digest))


def changed(rows: Chain, dice: Random) -> Done:
    row = dice.choice(rows)
    ways: list[dict[str, Any]] = [
        {"content": row.content.replace("As discussed", "As dismissed")},
        rewritten(row, reason="Another."),
        {"reason": "Another."},
        {"outcome": "kill", "reason_code": "cost", "lesson": "None."},
        {"hash": sha256(row.hash)},
        {"by_id": row.by_id + 1},
        {"sealed": "amounts"},
    ]
    change(row, **dice.choice(ways))
    return Done("changed", row.chain, row.sequence, row.pk)


def deleted(rows: Chain, dice: Random) -> Done:
    place = dice.randrange(len(rows) - 1)
    Decision.objects.using("owner").filter(pk=rows[place].pk)._raw_delete("owner")
    return Done("deleted", rows[place].chain, rows[place].sequence, rows[place + 1].pk)


def inserted(rows: Chain, dice: Random) -> Done:
    """A forged decision that fits the one before it; those after it are numbered anew."""
    before = dice.choice(rows[:-1])
    for row in reversed(rows[before.sequence :]):
        change(row, sequence=row.sequence + 1)
    forged = _forged(before, before.sequence + 1, before.hash)
    return Done("inserted", forged.chain, forged.sequence, forged.pk)


def reordered(rows: Chain, dice: Random) -> Done:
    one, other = sorted(dice.sample(range(len(rows)), 2))
    change(rows[one], sequence=other + 1)
    change(rows[other], sequence=one + 1)
    return Done("reordered", rows[one].chain, one + 1, rows[other].pk)


def truncated(rows: Chain, dice: Random) -> Done:
    left = dice.randrange(len(rows))
    Decision.objects.using("owner").filter(pk__in=[row.pk for row in rows[left:]])._raw_delete("owner")
    return Done("truncated", rows[0].chain, left + 1)


def rolled_back(rows: Chain, dice: Random) -> Done:
    """An old backup was restored and other decisions were taken since, soundly chained."""
    left = dice.randrange(len(rows) - 1)
    for row in rows[left:]:
        change(row, reason="Another.", **rewritten(row, reason="Another."))
    rehash(rows, left)
    return Done("rolled_back", rows[left].chain, left + 1, rows[left].pk)


def duplicated(rows: Chain, dice: Random) -> Done:
    row = dice.choice(rows)
    forged = _forged(row, row.sequence, row.previous)
    return Done("duplicated", row.chain, row.sequence, forged.pk)


def broken_supersession(rows: Chain, dice: Random) -> Done:
    """Chained soundly to the end, by somebody who reached every anchor too."""
    row = dice.choice(rows)
    other = None if row.supersedes_id else row.pk + 7_000
    change(row, supersedes_id=other, **rewritten(row, supersedes=other))
    rehash(rows, row.sequence - 1)
    return Done("broken_supersession", row.chain, row.sequence, row.pk)


def _forged(like: Decision, sequence: int, previous: str) -> Decision:
    """A decision of its own number that says what another one says."""
    said = rewritten(like, id=_NEW_ID)
    copy = Decision.objects.using("owner").get(pk=like.pk)
    copy.pk, copy.sequence, copy.previous = _NEW_ID, sequence, previous
    copy.content, copy.digest = said["content"], said["digest"]
    copy.hash = link_hash(copy.chain, sequence, previous, copy.digest)
    copy._state.adding = True
    copy.save(using="owner", force_insert=True)
    return copy


FORGERIES: dict[str, Callable[[Chain, Random], Done]] = {
    "changed": changed,
    "deleted": deleted,
    "inserted": inserted,
    "reordered": reordered,
    "truncated": truncated,
    "rolled back": rolled_back,
    "duplicated": duplicated,
    "broken supersession": broken_supersession,
}
