"""The lists that a program manager plans from: ready and not scheduled, scheduled and not ready; what is missing, who owes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.choices import Status
from readiness.gates.choices import ReviewState
from readiness.gates.models import Review, Seat
from readiness.gates.models.review import OPEN
from readiness.gates.rules.criteria.reasons import Who
from readiness.gates.rules.reviews import Listing
from readiness.gates.rules.reviews import listing as place_of

MOST_NAMED = 3  # of those who could all supply it; the rest is a count
_WHERE: Mapping[Listing, Q] = {
    Listing.READY_NOT_SCHEDULED: Q(state=ReviewState.PLANNED, ready=True),
    Listing.NOT_READY: Q(state=ReviewState.PLANNED, ready=False),
    Listing.READY: Q(state=ReviewState.SCHEDULED, ready=True),
    Listing.SCHEDULED_NOT_READY: Q(state=ReviewState.SCHEDULED, ready=False),
    Listing.UNDER_WAY: Q(state__in=(ReviewState.IN_REVIEW, ReviewState.PROPOSED)),
    Listing.DONE: ~Q(state__in=OPEN),
}
_ROLES = {
    Who.PROGRAM_MANAGER: Role.PROGRAM_MANAGER, Who.WORKLOAD_UNIT: Role.ARCHITECT, Who.POOL_OWNER: Role.ARCHITECT,
    Who.FINANCE: Role.FINANCE, Who.PROCUREMENT: Role.PROCUREMENT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owed:
    """A deliverable that is not there. `people` could supply it (MOST_NAMED of them), `more` others could as well."""

    key: str
    text: str
    verdict: str
    who: tuple[str, ...]
    people: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A review in the list."""

    id: int
    initiative_id: int
    initiative_key: str
    initiative_name: str
    unit_name: str
    gate: str
    gate_name: str
    state: str
    listing: Listing
    wanted_on: date | None
    scheduled_at: datetime | None
    recommended: str
    verdicts: Mapping[str, int]
    missing: tuple[Owed, ...]


def listed_reviews(actor: Actor, group: Listing | None = None) -> QuerySet[Review]:
    """Visible reviews of initiatives that run, of one group or all open ones; what is held first comes first."""
    rows: QuerySet[Review] = Review.objects.visible_to(actor).exclude(initiative__status=Status.CLOSED)
    rows = rows.filter(_WHERE[group] if group else Q(state__in=OPEN))
    return rows.order_by(F("scheduled_at").asc(nulls_last=True), F("wanted_on").asc(nulls_last=True), "id")


def listing(actor: Actor, group: Listing | None = None, *, rows: QuerySet[Review] | None = None) -> list[Listed]:
    """One group (or all open reviews, or already filtered visible `rows`) with who owes what is missing; three statements."""
    found = listed_reviews(actor, group) if rows is None else rows
    reviews = list(found.select_related("initiative__unit", "initiative__owner", "initiative__sponsor"))
    owing = _Owing(reviews)
    return [_listed(review, owing) for review in reviews]


def _listed(review: Review, owing: _Owing) -> Listed:
    initiative = review.initiative
    return Listed(
        review.pk, initiative.pk, initiative.key, initiative.name, initiative.unit.name, review.gate, review.gate_name,
        review.state, place_of(ReviewState(review.state), ready=review.ready), review.wanted_on, review.scheduled_at,
        review.recommended, review.verdicts, tuple(owing.of(review, one) for one in review.missing),
    )  # fmt: skip


class _Owing:
    """Who of whom: owners by initiative, roles by unit, gatekeepers by seat."""

    def __init__(self, reviews: Sequence[Review]) -> None:
        lacking = [review for review in reviews if review.missing]
        self._seats: dict[int, list[tuple[str, list[str]]]] = defaultdict(list)
        seats = Seat.objects.filter(review__in=lacking, person__is_active=True).order_by("id")
        for review, name, email, functions in seats.values_list("review_id", "person__name", "person__email", "functions"):
            self._seats[review].append((name or email, functions))
        self._roles = list(_held({review.initiative.unit.path for review in lacking}))

    def of(self, review: Review, missing: Mapping[str, Any]) -> Owed:
        people = list(dict.fromkeys(name for who in missing["who"] for name in self._people(review, who, missing)))
        return Owed(
            missing["key"], missing["text"], missing["verdict"], tuple(missing["who"]), tuple(people[:MOST_NAMED]),
            max(0, len(people) - MOST_NAMED),
        )  # fmt: skip

    def _people(self, review: Review, who: str, missing: Mapping[str, Any]) -> Iterable[str]:
        initiative = review.initiative
        if who == Who.INITIATIVE_OWNER:
            owner = initiative.owner or initiative.sponsor
            return [str(owner) if owner else initiative.owner_name] if owner or initiative.owner_name else []
        if who == Who.GATEKEEPER:
            asked = set(missing.get("functions", ()))
            return [name for name, functions in self._seats[review.pk] if not asked or asked & set(functions)]
        role = _ROLES.get(Who(who)) if who in set(Who) else None
        path = initiative.unit.path
        held = [(len(at), name) for found, at, name in self._roles if found == role and path.startswith(at)]
        return [name for _depth, name in sorted(held, key=lambda one: (-one[0], one[1]))]  # the nearest first


def _held(paths: Collection[str]) -> Iterable[tuple[str, str, str]]:
    """(role, unit path, name) of active people, for the roles that are asked; one statement."""
    if not paths:
        return
    units = {int(part) for path in paths for part in path.strip("/").split("/")}
    rows = RoleAssignment.objects.filter(Q(unit=None) | Q(unit__in=units), role__in=set(_ROLES.values()), user__is_active=True)
    for role, path, name, email in rows.order_by("id").values_list("role", "unit__path", "user__name", "user__email"):
        yield role, path or EVERYTHING, name or email
