"""What the portfolio looked like on a past day, from dated history alone: nothing that was recorded later is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection

from readiness.core.risk.cohort import Ending
from readiness.risk.models import Shown
from readiness.risk.queries.careers import Careers, careers
from readiness.risk.queries.history import Entries, entries
from readiness.risk.queries.known import parameters
from readiness.risk.queries.places import Places, second_units
from readiness.risk.rules.backtest.outcomes import Days, Ends, Flags, IntArray, Texts
from readiness.risk.rules.careers import DAYS_PER_MONTH

# The trail holds each change of a note; what it does not hold nobody can say afterwards.
_STATUS = """
SELECT DISTINCT ON (object_id) object_id::bigint, after ->> 'rag' FROM activity_auditentry
WHERE object_type = 'initiatives_initiative' AND at <= %s AND after ? 'rag' ORDER BY object_id, id DESC
"""


@dataclass(frozen=True, slots=True)
class Past:
    """Careers and entries into stages as known on a day, and who was in flight then."""

    lives: Careers
    entered: Entries
    where: Places


def past(*, demo: bool, on: date, known_at: datetime | None = None) -> Past:
    """As known at `known_at` (the end of `on` unless given). Two statements; for jobs."""
    lives = careers(demo=demo, on=on, known_at=known_at, from_met=True)
    every = entries(demo=demo, known_at=lives.known_at)
    before = every.on <= np.datetime64(on, "D")
    entered = Entries(every.initiative_id[before], every.on[before], every.stage[before])
    return Past(lives, entered, _places(lives))


def _places(lives: Careers) -> Places:
    flying = lives.take((lives.ending == Ending.IN_FLIGHT) & (lives.closure == "") & ~lives.missing)
    roots = np.array([flying.organisations[code] for code in flying.organisation], dtype=np.int64)
    keys = np.array([*flying.stage_keys, ""], dtype=np.str_)  # -1, the unknown stage, is the last
    return Places(flying.initiative_id, roots, second_units(flying.unit_path), keys[flying.stage])


def end_of(on: date) -> datetime:
    """The moment until which things recorded on a day count."""
    moment: datetime = parameters(demo=False, on=on)["known"]
    return moment


def ends(lives: Careers) -> Ends:
    """How each initiative ended, or until when it was watched."""
    watched = np.round(lives.leaving_month * DAYS_PER_MONTH).astype(np.int64).astype("timedelta64[D]")
    last = np.where(np.isnat(lives.ended_on), lives.began_on + watched, lives.ended_on)
    return Ends(lives.initiative_id, lives.ended_on, last, lives.ending, lives.closure)


def first_shown(*, demo: bool) -> dict[int, date]:
    """When a figure of an initiative was first put before deciders."""
    rows = Shown.objects.filter(initiative__demo=demo).order_by("-on").values_list("initiative_id", "on")
    return dict(rows)


def shown_before(first: dict[int, date], ids: IntArray, until: Days) -> Flags:
    """Whether deciders had seen a figure of each before that day."""
    days = np.array([first.get(pk) for pk in ids.tolist()], dtype="datetime64[D]")
    before: Flags = ~np.isnat(days) & (days < until)
    return before


def statuses(ids: IntArray, *, known_at: datetime) -> Texts:
    """The colour of each initiative's status note as the trail knew it at a moment; "" for none, or none kept."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, [known_at])
        kept = {pk: color or "" for pk, color in cursor.fetchall()}
    return np.array([kept.get(pk, "") for pk in ids.tolist()], dtype=np.str_)
