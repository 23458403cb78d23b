"""Packs of a meeting, and which variant somebody may open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.gates.models import Review, Seat
from readiness.meetings.choices import PRINTED, PackKind, PackState, Variant
from readiness.meetings.models import Meeting, Pack
from readiness.meetings.queries.people import seen_by


@dataclass(frozen=True)
class Version:
    """Both variants of one version."""

    number: int
    packs: Mapping[Variant, Pack]

    @property
    def any(self) -> Pack:
        return next(iter(self.packs.values()))

    @property
    def sent(self) -> bool:
        return all(pack.state == PackState.SENT for pack in self.packs.values())

    @property
    def printed(self) -> bool:
        return all(pack.state in PRINTED for pack in self.packs.values())

    @property
    def waiting(self) -> bool:
        return any(pack.state in (PackState.DRAFT, PackState.RENDERING) for pack in self.packs.values())

    @property
    def failed(self) -> bool:
        return any(pack.state == PackState.FAILED for pack in self.packs.values())


def rows(meeting: Meeting, kind: PackKind = PackKind.PACK) -> QuerySet[Pack]:
    """Without what they were printed from."""
    found: QuerySet[Pack] = Pack.objects.filter(meeting=meeting, kind=kind).select_related("made_by", "sent_by").defer("input")
    return found


def versions(meeting: Meeting) -> list[Version]:
    """The newest first; one statement."""
    made: dict[int, dict[Variant, Pack]] = {}
    for pack in rows(meeting).order_by("-number", "variant"):
        made.setdefault(pack.number, {})[Variant(pack.variant)] = pack
    return [Version(number, packs) for number, packs in made.items()]


def version(meeting: Meeting, number: int) -> Version | None:
    packs = {Variant(pack.variant): pack for pack in rows(meeting).filter(number=number).order_by("variant")}
    return Version(number, packs) if packs else None


def minutes_file(meeting: Meeting) -> Pack | None:
    """The newest print of the minutes."""
    return rows(meeting, PackKind.MINUTES).order_by("-number").first()


def opened_to(actor: Actor, reviews: Collection[int]) -> frozenset[Variant]:
    """None for who does not see every initiative in it; the one with money for who may see the money of all of them."""
    wanted = set(reviews)
    if not wanted or seen_by(actor, list(wanted)) != wanted:
        return frozenset()
    with_money = set(Review.objects.filter(_money(actor), pk__in=wanted).values_list("pk", flat=True))
    return frozenset(Variant) if with_money == wanted else frozenset({Variant.PLAIN})


def best(variants: Collection[Variant]) -> Variant | None:
    """What somebody is given who may open these."""
    return next((one for one in (Variant.MONEY, Variant.PLAIN) if one in variants), None)


def _money(actor: Actor) -> Any:
    """By role for the unit, as owner or sponsor of the initiative, as gatekeeper of the review they sit on."""
    by_role = within("initiative__unit__path", actor.paths(Action.MONEY))
    if actor.user_id is None or actor.scopes is not None:
        return by_role
    seat = Exists(Seat.objects.filter(review=OuterRef("pk"), person=actor.user_id))
    own = Q(initiative__owner=actor.user_id) | Q(initiative__sponsor=actor.user_id) | Q(seat)
    return by_role | own if by_role else by_role
