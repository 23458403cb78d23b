"""The record of decisions: heads of chains, and rows as the export and the verifier read them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import QuerySet

from readiness.gates.models import Anchor, Condition, Decision
from readiness.gates.rules.record.chain import Head, Link

_LINK = ("chain", "sequence", "previous", "content", "digest", "hash")
_AT_ONCE = 500
_VOTE = ("id", "seat_id", "by_id", "ballot", "rationale")  # nobody votes in a round that is decided
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


def first_other() -> Iterator[tuple[str, int, str]]:
    """(chain, sequence, what) of the first decision of each chain whose votes or conditions are not those of its content: rows
    that pages read and that no hash covers by itself."""
    seen: set[str] = set()
    rows = Decision.objects.order_by("chain", "sequence").prefetch_related("conditions", "review__votes")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        if row.chain not in seen and (what := _other(row)):
            seen.add(row.chain)
            yield row.chain, row.sequence, what


def _other(row: Decision) -> str:
    try:
        said = json.loads(row.content)
        conditions, votes = said["conditions"], said["votes"]
    except (ValueError, KeyError, TypeError):
        return ""  # the verifier tells of it
    if sorted(map(_of_condition, row.conditions.all())) != sorted(tuple(map(str, one.values())) for one in _chosen(conditions)):
        return "its conditions are not those that it set"
    kept = sorted(tuple(getattr(one, name) for name in _VOTE) for one in row.review.votes.all() if one.round == row.round)
    if kept != sorted(tuple(one[name] for name in ("id", "seat", "by", "ballot", "rationale")) for one in votes):
        return "the votes are not those that it stands on"
    return ""


def _of_condition(row: Condition) -> tuple[str, ...]:
    return tuple(map(str, (row.pk, row.text, row.owner_id, row.due.isoformat(), row.proof, row.ref)))


def _chosen(conditions: Any) -> Iterator[dict[str, Any]]:
    for one in conditions:
        yield {name: one[name] for name in ("id", "text", "owner", "due", "proof", "ref")}
