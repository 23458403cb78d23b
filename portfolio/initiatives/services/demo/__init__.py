"""The demo portfolio: loaded and removed whole, marked in every row, deterministic by seed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

import orjson
from django.db import connection

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import RequestState
from portfolio.initiatives.models import Initiative, Request
from portfolio.initiatives.services.demo.organisation import Organisation, found
from portfolio.initiatives.services.demo.plan import DemoInitiative, initiatives
from portfolio.initiatives.services.demo.tables import COLUMNS, INITIATIVE, Row, noon, rows
from portfolio.initiatives.services.demo.words import words
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows, next_ids

CHUNK = 1_000
DEFAULT_COUNT = 60


class DemoPresent(Exception):
    """A demo is loaded already: remove it first."""


def load_demo(*, by: Actor, count: int = DEFAULT_COUNT, seed: int = 1, today: date) -> int:
    """Load `count` initiatives with their organisation in one transaction; returns how many were written.

    Rows go through COPY, so the audit triggers see them like any other write. Raises DemoPresent.
    """
    if Initiative.objects.filter(demo=True).exists():
        raise DemoPresent
    with acting(by, note="demo"):
        with connection.cursor() as cursor:
            # Foreign keys are checked statement by statement: deferred, 100,000 initiatives queue millions of checks.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL statement_timeout = 0")
        firm = found()
        stream = initiatives(count, seed, today)
        while chunk := list(islice(stream, CHUNK)):
            made = _rows(chunk, firm, today)
            for table, columns in COLUMNS.items():
                copy_rows(table, columns, made.get(table, ()))
        _requests(firm, seed, today)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return count


def remove_demo(*, by: Actor) -> dict[str, int]:
    """Remove every demo row in one transaction; returns rows removed by table, and under "kept" how many were adopted.

    The database function of migration 0006 does it with the owner's rights and leaves one entry in the audit trail. The
    entries that loading the demo wrote stay in the trail, as those of any other removed object do.
    """
    with acting(by, note="demo"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pilotage_remove_demo()")
        (answer,) = cursor.fetchone()
    removed: dict[str, int] = orjson.loads(answer) if isinstance(answer, str) else answer
    return removed


def _rows(chunk: list[DemoInitiative], firm: Organisation, today: date) -> dict[str, list[Row]]:
    """Rows by table, in the order in which foreign keys want them."""
    ids = next_ids(INITIATIVE, len(chunk))
    made: dict[str, list[Row]] = defaultdict(list)
    for place, (initiative, pk) in enumerate(zip(chunk, ids, strict=True)):
        others = [ids[other] for other in (place - 1, place - 5) if other >= 0] or ids[1:2]
        for table, row in rows(initiative, pk, others, firm, today):
            made[table].append(row)
    return made


def _requests(firm: Organisation, seed: int, today: date) -> None:
    """The pack's requests in every state; accepted ones belong to an initiative of the same unit where there is one."""
    rng = Random(f"{seed}:requests")
    states = [RequestState.OPEN] * 6 + [RequestState.ACCEPTED] * 4 + [RequestState.DECLINED] * 3 + [RequestState.MERGED]
    homes = dict(Initiative.objects.filter(demo=True).order_by("-id").values_list("unit_id", "id"))
    for subject, wanted in zip(words().requests, states, strict=True):
        unit, state = firm.units[subject.unit], wanted
        manager = firm.people[0]
        triage: dict[str, Any] = {}
        if state != RequestState.OPEN:
            home = homes.get(unit) if state != RequestState.DECLINED else None
            reason = rng.choice(words().lists["declines"]) if home is None else "Fits the programme; capacity is there."
            state = RequestState.DECLINED if home is None else state
            triage = {"triage_reason": reason, "triaged_by_id": manager, "initiative_id": home}
        row = Request.objects.create(
            title=subject.title, unit_id=unit, purpose=subject.purpose, data_needed=subject.data,
            expected_value=None if subject.value_keur is None else subject.value_keur * 1000,
            expected_value_currency="EUR" if subject.value_keur else "", load_estimate=subject.load,
            load_unknown=not subject.load, state=state, requester_id=rng.choice(firm.people[5:]),
            sponsor_id=rng.choice(firm.people[5:11]), demo=True, **triage,
        )  # fmt: skip
        asked = today - timedelta(days=rng.randint(2, 20 if state == RequestState.OPEN else 400))
        stamps = {"created_at": asked} | ({"triaged_at": asked + timedelta(days=9)} if triage else {})
        Request.objects.filter(pk=row.pk).update(**{name: noon(day) for name, day in stamps.items()})
