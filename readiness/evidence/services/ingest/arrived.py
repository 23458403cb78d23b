"""What is handed to an ingest, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import BinaryIO, Protocol, cast

from django.core.files.storage import default_storage

from portfolio.accounts.models import BusinessUnit
from readiness.connectors.contract import Run
from readiness.evidence.rules.identity import Belongs
from readiness.evidence.rules.telling import Refusal
from readiness.workloads.models import CapacityPool, Workload

MOST_PROBLEMS = 200  # as Delivery.problems keeps


@dataclass(frozen=True)
class Subject:
    """What the evidence is about: a workload, a pool, or neither. `unit` is the source's."""

    unit: BusinessUnit
    workload: Workload | None = None
    pool: CapacityPool | None = None

    def __post_init__(self) -> None:
        if self.workload is not None and self.pool is not None:
            raise ValueError("evidence is about a workload or about a pool, not about both")

    @property
    def initiative_id(self) -> int | None:
        return self.workload.initiative_id if self.workload else None

    def of(self, source_id: int) -> Belongs:
        return Belongs(source_id, self.workload.pk if self.workload else None, self.pool.pk if self.pool else None)


class Content(Protocol):
    """A raw answer or file, opened from its start as often as asked; connectors.live.Payload is one."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    def opened(self) -> BinaryIO: ...


@dataclass(frozen=True)
class StoredPayload:
    """A file that the caller put into the default storage, under the name `stored_as`, where it stays."""

    name: str
    stored_as: str
    media_type: str = ""

    def opened(self) -> BinaryIO:
        return cast(BinaryIO, default_storage.open(self.stored_as, "rb"))


@dataclass(frozen=True)
class Arrived:
    """The runs of one payload."""

    runs: tuple[Run, ...]
    payload: Content


@dataclass(frozen=True)
class Counts:
    """What an ingest did. `runs` are new, `runs_flawed` of them must not decide; `runs_known` were there already.

    `observations` are new, `repeated` were there already, `refused` values were not taken; why not is in `problems`, of which at
    most MOST_PROBLEMS are told.
    """

    runs: int = 0
    runs_known: int = 0
    runs_flawed: int = 0
    observations: int = 0
    repeated: int = 0
    refused: int = 0
    problems: tuple[Refusal, ...] = ()

    @property
    def anything_new(self) -> bool:
        return bool(self.runs or self.observations)

    def __add__(self, other: Counts) -> Counts:
        numbers = {one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self) if one.name != "problems"}
        return Counts(**numbers, problems=(self.problems + other.problems)[:MOST_PROBLEMS])


def refused(refusals: Iterable[Refusal]) -> Counts:
    """The counts of values that were not taken."""
    told = tuple(refusals)
    return Counts(refused=sum(one.values for one in told), problems=told[:MOST_PROBLEMS])
