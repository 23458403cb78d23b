"""The record of decisions: heads of chains, and rows as the export and the verifier read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import QuerySet

from readiness.gates.models import Anchor, Decision
from readiness.gates.rules.record.chain import Head, Link

_LINK = ("chain", "sequence", "previous", "content", "digest", "hash")
_AT_ONCE = 500
# Columns that pages read, by the names that the content has for them.
_SAME = ("id", "round", "turn", "outcome", "at", "mode", "reason", "reason_code", "lesson", "recommended", "gate")
_OTHER = {"review": "review_id", "supersedes": "supersedes_id", "by": "by_id", "initiative": "initiative__key"}


def head_of(chain: str) -> Head | None:
    """The last link of a chain; None before there is any."""
    row = Decision.objects.filter(chain=chain).order_by("-sequence").values_list("chain", "sequence", "hash").first()
    return Head(*row) if row else None


def heads_now(chains: Collection[str] | None = None) -> list[Head]:
    """The head of each chain, or of these, by chain: what is printed on a pack and mailed. One statement."""
    rows = Decision.objects.order_by("chain", "-sequence").distinct("chain")
    if chains is not None:
        rows = rows.filter(chain__in=chains)
    return [Head(*row) for row in rows.values_list("chain", "sequence", "hash")]


def exported(decisions: QuerySet[Decision] | None = None, *, money: bool) -> Iterator[dict[str, Any]]:
    """Rows of the export, chain by chain; `money`: whether the reader may open what is sealed."""
    rows = Decision.objects.all() if decisions is None else decisions
    names = (*_LINK, *_SAME, *_OTHER.values(), "sealed")
    for row in rows.order_by("chain", "sequence", "id").values(*names).iterator(chunk_size=_AT_ONCE):
        columns = {name: row[name] for name in _SAME} | {name: row[place] for name, place in _OTHER.items()}
        yield Link(*(row[name] for name in _LINK)).exported(columns, row["sealed"] if money else None)


def anchored(*, way: str | None = None) -> Iterator[dict[str, Any]]:
    """Every head that was ever sent out (this way), as this database remembers it."""
    rows = Anchor.objects.order_by("id")
    if way is not None:
        rows = rows.filter(way=way)
    for heads in rows.values_list("heads", flat=True).iterator(chunk_size=_AT_ONCE):
        yield from heads
