"""The search for rows of a file that look like initiatives of its register: a job, block by block, repeatable at any time.

Nothing is linked by it. What people decided stays: refused pairs are not proposed again by later runs, and decided pairs of
this run keep their decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.formats.registers.candidates import Candidate, blocks_of, candidates
from portfolio.formats.registers.likeness import VERSION, Comparer, Entry, entry_of
from portfolio.initiatives.choices import LinkSearchState, LinkVerdict, RunState
from portfolio.initiatives.models import ImportRun, LinkDecision, LinkProposal, LinkSearch
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue

MOST = 20_000  # rows, or initiatives, without a match
_CHARACTERS = 4_000  # of each long text
Fence = Callable[[], None]

_FIELDS = """
jsonb_build_object(
    'name', {row}.fields -> 'name', 'unit', {row}.fields -> 'unit', 'system_name', {row}.fields -> 'system_name',
    'purpose', left({row}.fields ->> 'purpose', %(long)s), 'outputs', left({row}.fields ->> 'outputs', %(long)s),
    'topic', {row}.fields -> 'topic', 'approach', left({row}.fields ->> 'approach', %(long)s),
    'initiated_on', {row}.fields -> 'initiated_on', 'development_began_on', {row}.fields -> 'development_began_on',
    'implemented_on', {row}.fields -> 'implemented_on', 'target_production_on', {row}.fields -> 'target_production_on',
    'links', {row}.fields -> 'links', 'contract_numbers', {row}.fields -> 'contract_numbers')
"""
_NEW = f"""
SELECT r.key, r.line, {_FIELDS.format(row="r")} FROM initiatives_importrow r
WHERE r.run_id = %(run)s AND r.outcome <> 'rejected'
  AND NOT EXISTS (SELECT 1 FROM initiatives_registerrow k WHERE k.register_id = %(register)s AND k.key = r.key)
ORDER BY r.line LIMIT %(most)s + 1
"""  # noqa: S608 (put together from constants)
_GONE = f"""
SELECT k.key, k.initiative_id, {_FIELDS.format(row="k")} FROM initiatives_registerrow k
WHERE k.register_id = %(register)s
  AND NOT EXISTS (SELECT 1 FROM initiatives_importrow r WHERE r.run_id = %(run)s AND r.key = k.key)
ORDER BY k.id LIMIT %(most)s + 1
"""  # noqa: S608


@dataclass(frozen=True)
class _Side:
    """Rows of one side; `numbers`: key -> line of the file, or id of the initiative."""

    entries: list[Entry]
    numbers: dict[str, int]


class SearchOvertaken(Exception):
    """A newer search of the same run goes on instead."""


def begin_search(run: ImportRun) -> None:
    """Let a worker look for candidates, inside the caller's transaction and rights; what was proposed before goes."""
    LinkSearch.objects.get_or_create(run=run)
    search = LinkSearch.objects.select_for_update().get(run=run)
    LinkProposal.objects.filter(run=run).delete()
    search.state, search.generation = LinkSearchState.WAITING, search.generation + 1
    search.rows_done, search.rows_total, search.known, search.finished_at = 0, 0, 0, None
    search.save()
    enqueue("initiatives.propose_links", {"import_id": run.pk, "generation": search.generation})


def drop_search(run: ImportRun) -> None:
    """The file will be read in another way: nothing that was proposed of it stands, and a search that works on it stops."""
    LinkProposal.objects.filter(run=run).delete()
    LinkSearch.objects.filter(run=run).update(
        state=LinkSearchState.DONE, generation=F("generation") + 1, rows_done=0, rows_total=0, known=0
    )


def request_search(*, by: Actor, run: ImportRun) -> ImportRun:
    """Look again, for a run that waits for a decision and has a register to compare with; asking while it works changes nothing.

    Raises PermissionDenied, ValidationError.
    """
    with acting(by):
        locked = ImportRun.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
        if not by.may(Action.IMPORT, locked.unit.path if locked.unit else EVERYTHING):
            raise PermissionDenied(_("You may not import into this unit."))
        if locked.state != RunState.PREVIEW or locked.register_id is None:
            raise ValidationError(_("Rows are linked while an import into a register that exists waits for its decision."))
        search = LinkSearch.objects.filter(run=locked).first()
        if search is None or search.state not in (LinkSearchState.WAITING, LinkSearchState.SEARCHING):
            begin_search(locked)
    return locked


def search_links(*, run: ImportRun, generation: int, fence: Fence = lambda: None) -> None:
    """Propose candidates. `fence` is called within each transaction and raises to stop.

    Raises SearchOvertaken, and what `fence` raises.
    """

    def told(**values: Any) -> None:
        """Also the lock against another search of the run."""
        fence()
        if not LinkSearch.objects.filter(run=run, generation=generation).update(**values):
            raise SearchOvertaken(f"import {run.pk}")

    values = {"run": run.pk, "register": run.register_id, "most": MOST, "long": _CHARACTERS}
    new, gone = _read(_NEW, values), _read(_GONE, values)
    too_many = max(len(new.entries), len(gone.entries)) > MOST
    state = LinkSearchState.TOO_MANY if too_many else LinkSearchState.SEARCHING
    with transaction.atomic():
        told(state=state, rows_done=0, rows_total=len(new.entries), known=len(gone.entries), scorer=VERSION)
        LinkProposal.objects.filter(run=run).delete()
    if not too_many:
        _search(run, new, gone, told)


def _search(run: ImportRun, new: _Side, gone: _Side, told: Callable[..., None]) -> None:
    compare = Comparer([*new.entries, *gone.entries])
    done = 0
    for block in blocks_of(new.entries, gone.entries):
        for step in candidates(block, compare):
            done += step if isinstance(step, int) else 0
            with transaction.atomic():
                told(rows_done=done)
                if not isinstance(step, int):
                    _propose(run, step, new.numbers, gone.numbers)
    with transaction.atomic():
        told(rows_done=done)
        _keep_decided(run, new.numbers)


def finish_search(*, run: ImportRun, generation: int) -> None:
    """Mark the search as done, in the transaction of its job; also one that had nothing to do, its run being published."""
    open_ = (LinkSearchState.WAITING, LinkSearchState.SEARCHING)
    searching = LinkSearch.objects.filter(run=run, generation=generation, state__in=open_)
    searching.update(state=LinkSearchState.DONE, rows_done=F("rows_total"), finished_at=clock.now())


def _read(statement: str, values: dict[str, Any]) -> _Side:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[str, int, str]] = cursor.fetchall()
    entries = [entry_of(key, orjson.loads(fields)) for key, _number, fields in rows]
    return _Side(entries, {key: number for key, number, _fields in rows})


def _propose(run: ImportRun, found: Iterable[Candidate], lines: dict[str, int], initiatives: dict[str, int]) -> None:
    """Write a block's candidates, without the pairs that somebody refused in another run of the register."""
    pairs = {(one.row, initiatives[one.known]): one for one in found}
    ours = LinkDecision.objects.filter(run__register=run.register_id, key__in={key for key, _number in pairs})
    refused, mine = set(), {}
    for decision in ours:
        pair = (decision.key, decision.initiative_id)
        if decision.run_id == run.pk:
            mine[pair] = decision
        elif decision.verdict == LinkVerdict.REFUSED:
            refused.add(pair)
    LinkProposal.objects.bulk_create(
        LinkProposal(
            run=run, line=lines[pair[0]], key=pair[0], initiative_id=pair[1], score=one.likeness.score,
            parts=one.likeness.parts, best=one.best, decision=mine.get(pair),
        )
        for pair, one in pairs.items()
        if pair in mine or pair not in refused
    )  # fmt: skip


def _keep_decided(run: ImportRun, lines: dict[str, int]) -> None:
    """A pair that somebody decided on is shown, and can be undone, even if it is no candidate any more."""
    left = LinkDecision.objects.filter(run=run, proposal=None, key__in=list(lines))
    LinkProposal.objects.bulk_create(
        LinkProposal(
            run=run, line=lines[one.key], key=one.key, initiative_id=one.initiative_id, score=one.score, best=False, decision=one
        )
        for one in left
    )
