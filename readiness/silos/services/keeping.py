"""What a detection found, kept: new findings open, known ones follow, those no longer found are marked gone.

The number of statements does not depend on how many there are: rows go in by COPY, changes by one UPDATE over arrays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection

from portfolio.kit.copying import copy_rows, next_ids
from portfolio.procurement.models import Capability
from readiness.silos.choices import FindingState, FindingStep
from readiness.silos.models import Finding
from readiness.silos.rules.lifecycle import Kept, Verdict, seen_again
from readiness.silos.rules.world import Found, Proof

_COLUMNS = (
    "id kind identity digest capability_id vendor_id ancestor_path amount amount_is_low saving_low saving_high currency "
    "proposal assumptions due_on rows_count units_count rows_digest state owner_id judged_amount current opened_at seen_on demo "
    "reason version"
)
_UPDATE = """
UPDATE silos_finding f SET
    capability_id = n.capability_id, vendor_id = n.vendor_id, ancestor_path = n.ancestor_path, amount = n.amount,
    amount_is_low = n.amount_is_low, saving_low = n.saving_low, saving_high = n.saving_high, currency = n.currency,
    proposal = n.proposal, assumptions = n.assumptions::jsonb, due_on = n.due_on, rows_count = n.rows_count,
    units_count = n.units_count, rows_digest = n.rows_digest, state = n.state, current = true, seen_on = n.seen_on,
    version = f.version + CASE WHEN n.state <> f.state THEN 1 ELSE 0 END
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::numeric[], %s::bool[], %s::numeric[], %s::numeric[],
            %s::text[], %s::text[], %s::text[], %s::date[], %s::int[], %s::int[], %s::text[], %s::text[], %s::date[])
     AS n(id, capability_id, vendor_id, ancestor_path, amount, amount_is_low, saving_low, saving_high, currency, proposal,
          assumptions, due_on, rows_count, units_count, rows_digest, state, seen_on)
WHERE f.id = n.id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A kept finding as far as the next detection needs it."""

    id: int
    kept: Kept
    due_on: date | None
    saving_high: Decimal | None
    currency: str


@dataclass(slots=True)
class Outcome:
    """Ids by what became of them; `steps` are (finding, step, amount) to be written."""

    opened: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    steps: list[tuple[int, FindingStep, Decimal | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What every row of a run has in common."""

    demo: bool
    today: date
    now: Any
    currency: str
    paths: Mapping[int, str]
    capabilities: Mapping[str, int]


def digest_of(found: Found) -> str:
    """SHA-256 over what a finding is: its kind and its identity."""
    return hashlib.sha256(orjson.dumps([found.kind.value, *found.identity])).hexdigest()


def rows_digest(rows: Iterable[Proof]) -> str:
    """SHA-256 over the rows, whatever their order."""
    told = sorted(f"{row.table}:{row.id}:{row.unit_id}:{row.amount}" for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def ancestor_of(found: Found, paths: Mapping[int, str]) -> str:
    """The lowest unit above all rows; the whole organisation where a row belongs to no unit."""
    units = {row.unit_id for row in found.rows}
    if None in units or not units:
        return "/"
    split = [paths[unit].strip("/").split("/") for unit in units if unit is not None]
    common = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return "/" + "".join(f"{part}/" for part in common)


def capability_ids() -> dict[str, int]:
    return dict(Capability.objects.values_list("key", "id"))


def keep(found: list[Found], context: Context) -> Outcome:
    """The caller holds the lock of the detection and its transaction."""
    known = _known(demo=context.demo)
    outcome = Outcome()
    fresh: list[tuple[int, Found, str]] = []
    again: list[tuple[Known, Found, str, Verdict]] = []
    seen = set()
    by_digest = {digest_of(one): one for one in found}
    ids = iter(next_ids("silos_finding", sum(digest not in known for digest in by_digest)))
    for digest, one in by_digest.items():
        seen.add(digest)
        rows = rows_digest(one.rows)
        if (old := known.get(digest)) is None:
            fresh.append((next(ids), one, rows))
        else:
            again.append((old, one, rows, seen_again(old.kept, one.amount, rows)))
    _open(fresh, context, outcome)
    _follow(again, context, outcome)
    _end([old for digest, old in known.items() if digest not in seen and old.kept.current], outcome)
    return outcome


def _known(*, demo: bool) -> dict[str, Known]:
    rows = Finding.objects.filter(demo=demo).values_list(
        "digest", "id", "state", "current", "amount", "judged_amount", "rows_digest", "due_on", "saving_high", "currency"
    )
    return {
        digest: Known(pk, Kept(FindingState(state), current, amount, judged, rows_digest), due_on, saving, currency)
        for digest, pk, state, current, amount, judged, rows_digest, due_on, saving, currency in rows
    }


def _open(fresh: list[tuple[int, Found, str]], context: Context, outcome: Outcome) -> None:
    copy_rows("silos_finding", _COLUMNS, (_finding_row(pk, one, rows, context) for pk, one, rows in fresh))
    _write_rows([(pk, one) for pk, one, _ in fresh])
    outcome.opened = [pk for pk, _, _ in fresh]
    outcome.steps += [(pk, FindingStep.OPENED, one.amount) for pk, one, _ in fresh]


def _finding_row(pk: int, one: Found, rows: str, context: Context) -> list[Any]:
    return [
        pk, one.kind.value, list(one.identity), digest_of(one), context.capabilities.get(one.capability), one.vendor_id,
        ancestor_of(one, context.paths), one.amount, one.amount_is_low, one.saving_low, one.saving_high, context.currency,
        one.proposal.value, list(one.assumptions), one.due_on, len(one.rows), len(one.unit_ids), rows, FindingState.OPEN.value,
        None, None, True, context.now, context.today, context.demo, "", 1,
    ]  # fmt: skip


def _follow(again: list[tuple[Known, Found, str, Verdict]], context: Context, outcome: Outcome) -> None:
    """Whatever moved is written; its rows only where they are others now."""
    moved = [entry for entry in again if entry[3].changed or _is_other(entry[0], entry[1], context)]
    if moved:
        _update(moved, context)
    others = [(old.id, one) for old, one, rows, _ in moved if rows != old.kept.rows_digest]
    _clear_rows([pk for pk, _ in others])
    _write_rows(others)
    outcome.changed = [old.id for old, _, _, _ in moved]
    outcome.steps += [(old.id, verdict.step, one.amount) for old, one, _, verdict in again if verdict.step is not None]


def _is_other(old: Known, one: Found, context: Context) -> bool:
    return (old.due_on, old.saving_high, old.currency) != (one.due_on, one.saving_high, context.currency)


def _update(moved: list[tuple[Known, Found, str, Verdict]], context: Context) -> None:
    rows = [
        (
            old.id, context.capabilities.get(one.capability), one.vendor_id, ancestor_of(one, context.paths), one.amount,
            one.amount_is_low, one.saving_low, one.saving_high, context.currency, one.proposal.value,
            orjson.dumps(list(one.assumptions)).decode(), one.due_on, len(one.rows), len(one.unit_ids), digest,
            verdict.state.value, context.today,
        )
        for old, one, digest, verdict in moved
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [list(column) for column in zip(*rows, strict=True)])


def _clear_rows(ids: list[int]) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM silos_findingrow WHERE finding_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM silos_finding_units WHERE finding_id = ANY(%s)", [ids])


def _write_rows(findings: list[tuple[int, Found]]) -> None:
    if not findings:
        return
    copy_rows(
        "silos_findingrow",
        "finding_id table row_id unit_id amount",
        ((pk, row.table.value, row.id, row.unit_id, row.amount) for pk, one in findings for row in one.rows),
    )
    copy_rows("silos_finding_units", "finding_id businessunit_id", ((pk, unit) for pk, one in findings for unit in one.unit_ids))


def _end(gone: list[Known], outcome: Outcome) -> None:
    outcome.gone = [old.id for old in gone]
    outcome.steps += [(old.id, FindingStep.GONE, old.kept.amount) for old in gone]
    if gone:
        Finding.objects.filter(pk__in=outcome.gone).update(current=False)
