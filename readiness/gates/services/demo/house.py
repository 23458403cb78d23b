"""Who sits at the demo's gates, and its initiatives as gates see them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portfolio.accounts.models import BusinessUnit, User
from portfolio.initiatives.choices import ClosureKind, Precision, ReasonCode
from portfolio.initiatives.models import Closure, Initiative, StageEntry
from portfolio.initiatives.services.demo.subjects import Cast
from readiness.gates.choices import GateFunction
from readiness.gates.models import Delegation, Gatekeeper, GateTemplate
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.templates.template import Template

RICH = 60
EVERY = 40  # beyond the rich ones every fortieth comes before its gates
F = GateFunction
# place in the cast, unit, what they stand for, whether they chair
SITTING: tuple[tuple[int, str, tuple[GateFunction, ...], bool], ...] = (
    (0, "GRP", (F.BUSINESS,), True),
    (13, "GRP", (F.IT_OPERATIONS, F.DATA_SCIENCE), False),
    (11, "GRP", (F.DATA_SCIENCE,), False),
    (14, "GRP", (F.SECURITY, F.BUSINESS), False),
    (15, "GRP", (F.FINANCE,), False),
    (12, "MFG", (F.IT_OPERATIONS,), False),
)


@dataclass(frozen=True)
class Keeper:
    person: int
    path: str
    functions: tuple[GateFunction, ...]
    chair: bool


@dataclass(frozen=True)
class Story:
    """One initiative. `entered`: the days, as far as they are known, on which it came into its stages."""

    place: int
    pk: int
    key: str
    name: str
    unit: str
    path: str
    lifecycle: str
    stage: str | None
    status: str
    owner: int | None
    sponsor: int | None
    entered: dict[str, date]
    killed: tuple[date, ReasonCode, str] | None

    @property
    def recused(self) -> frozenset[int]:
        return frozenset(one for one in (self.owner, self.sponsor) if one is not None)


@dataclass(frozen=True)
class House:
    """`templates` by lifecycle: the default version with what it says."""

    keepers: tuple[Keeper, ...]
    templates: dict[str, tuple[GateTemplate, Template]]
    names: dict[int, str]
    manager: int
    architects: tuple[int, ...]
    now: datetime

    def sitting(self, story: Story) -> list[Keeper]:
        return [one for one in self.keepers if story.path.startswith(one.path)]


def found(crew: Cast, today: date) -> House:
    """Names the gatekeepers, and one of them stands for another these days. None may be missing in a pack of the demo."""
    paths = dict(BusinessUnit.objects.filter(demo=True).values_list("code", "path"))
    rows = [
        Gatekeeper(person_id=crew.people[place], unit_id=crew.units[code], functions=[*functions], chair=chair, demo=True)
        for place, code, functions, chair in SITTING
    ]
    Gatekeeper.objects.bulk_create(rows)
    now = datetime.combine(today, time(), UTC)
    Delegation.objects.create(
        giver_id=crew.people[15], taker_id=crew.people[12], begins_at=now + timedelta(days=20), ends_at=now + timedelta(days=34),
        note="Away for the close of the year.", demo=True,
    )  # fmt: skip
    keepers = tuple(Keeper(crew.people[place], paths[code], functions, chair) for place, code, functions, chair in SITTING)
    defaults = GateTemplate.objects.filter(is_default=True, state="published")
    templates = {row.lifecycle: (row, parsed(row)) for row in defaults}
    names = {user.pk: str(user) for user in User.objects.filter(demo=True)}
    return House(keepers, templates, names, crew.people[0], crew.architects, now)


def stories() -> list[Story]:
    """Of the initiatives that come before gates: four statements."""
    columns: tuple[str, ...] = (
        "pk", "key", "name", "unit__name", "unit__path", "lifecycle__key", "stage__key", "status", "owner_id", "sponsor_id",
    )  # fmt: skip
    asked: Any = Initiative.objects.filter(demo=True).order_by("id").values_list(*columns)
    rows: list[tuple[int, Any]] = list(enumerate(asked))
    chosen = [(place, row) for place, row in rows if place < RICH or place % EVERY == 0]
    ids = [row[0] for _place, row in chosen]
    entered, killed = _entered(ids), _killed(ids)
    names = ("pk", "key", "name", "unit", "path", "lifecycle", "stage", "status", "owner", "sponsor")
    return [
        Story(place=place, **dict(zip(names, row, strict=True)), entered=entered[row[0]], killed=killed.get(row[0]))
        for place, row in chosen
    ]


def _entered(ids: list[int]) -> dict[int, dict[str, date]]:
    made: dict[int, dict[str, date]] = defaultdict(dict)
    rows: Any = StageEntry.objects.filter(initiative__in=ids, entered_precision=Precision.DAY, entered_on__isnull=False)
    for pk, stage, day in rows.filter(stage__isnull=False).values_list("initiative_id", "stage__key", "entered_on"):
        made[pk][stage] = day
    return made


def _killed(ids: list[int]) -> dict[int, tuple[date, ReasonCode, str]]:
    rows: Any = Closure.objects.filter(initiative__in=ids, kind=ClosureKind.STOPPED, reopened_at=None, closed_on__isnull=False)
    told = (
        rows.exclude(reason=ReasonCode.UNKNOWN).exclude(lesson="").values_list("initiative_id", "closed_on", "reason", "lesson")
    )
    return {pk: (day, ReasonCode(reason), lesson) for pk, day, reason, lesson in told}
