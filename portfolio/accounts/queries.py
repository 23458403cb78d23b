"""Reads: an actor with its grants in one query, units and people one may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from portfolio.accounts.choices import Action, Role, Scope, Through
from portfolio.accounts.models import ApiToken, BusinessUnit, RoleAssignment, User
from portfolio.accounts.rules import EVERYTHING, Actor, Grant
from portfolio.kit.scope import within

# One round trip for every request: the grants, and whether a real portfolio exists yet (demo rows show only until then).
_GRANTS = """
SELECT r.role, coalesce(u.path, '/'), EXISTS (SELECT 1 FROM initiatives_initiative WHERE NOT demo),
       EXISTS (SELECT 1 FROM initiatives_initiative WHERE demo)
FROM (SELECT 1) one
LEFT JOIN accounts_roleassignment r ON r.user_id = %s
LEFT JOIN accounts_businessunit u ON u.id = r.unit_id
"""


def actor_for(
    user: User,
    *,
    through: str = Through.PAGE,
    token: ApiToken | None = None,
    request_id: str = "",
) -> Actor:
    """The actor for a signed-in person or their token, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, [user.pk])
        rows = cursor.fetchall()
    label = f"{user.name or user.email}" + (f" (token {token.name})" if token else "")
    return Actor(
        user_id=user.pk,
        label=label,
        through=through,
        grants=tuple(Grant(Role(role), path) for role, path, *_ in rows if role is not None),
        scopes=None if token is None else frozenset(Scope(scope) for scope in token.scopes),
        token_path=EVERYTHING if token is None or token.unit is None else token.unit.path,
        request_id=request_id,
        showing_demo=bool(rows[0][3] and not rows[0][2]),
    )


def visible_units(actor: Actor) -> QuerySet[BusinessUnit]:
    """Units the actor holds any role for, in tree order."""
    units: QuerySet[BusinessUnit] = BusinessUnit.objects.visible_to(actor)
    return units


def units_where(actor: Actor, action: str) -> QuerySet[BusinessUnit]:
    """Units on which the actor may do `action`, for pickers."""
    return BusinessUnit.objects.filter(within("path", actor.paths(action)))


def people(actor: Actor) -> QuerySet[User]:
    """Active people whom the actor may name as owner, sponsor or function: everyone of the shown portfolio."""
    active = User.objects.filter(is_active=True)
    return active if actor.showing_demo else active.filter(demo=False)


def people_who_see(unit: BusinessUnit, *, demo: bool, real_too: bool = False) -> QuerySet[User]:
    """Active people who hold any role for `unit`, by the unit itself or by one above it; for mentions.

    With `real_too` somebody who tries the demo may be named in it; nobody of the demo is ever named in what is real.
    """
    numbers = [int(part) for part in unit.path.strip("/").split("/")]
    holders = RoleAssignment.objects.filter(Q(unit=None) | Q(unit__in=numbers))
    people = User.objects.filter(is_active=True, pk__in=holders.values("user_id"))
    return people if demo and real_too else people.filter(demo=demo)


def roles_of(user_id: int) -> QuerySet[RoleAssignment]:
    """What a person holds, with the units."""
    return RoleAssignment.objects.filter(user_id=user_id).select_related("unit").order_by("role", "unit__path")


def managed_roles(actor: Actor) -> QuerySet[RoleAssignment]:
    """Role assignments that the actor may take away: those for units it administers."""
    paths = actor.paths(Action.CONFIGURE)
    held = RoleAssignment.objects.select_related("unit").order_by("role", "unit__path")
    return held if EVERYTHING in paths else held.filter(within("unit__path", paths))


def managed_people(actor: Actor) -> QuerySet[User]:
    """People whom an administrator looks after: all, or those with a role in its units and those without any role yet."""
    paths = actor.paths(Action.CONFIGURE)
    if not paths:
        return User.objects.none()
    if EVERYTHING in paths:
        return User.objects.all()
    elsewhere = RoleAssignment.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(elsewhere.filter(within("unit__path", paths))) | ~Exists(elsewhere))


def searched(people: QuerySet[User], text: str) -> QuerySet[User]:
    """People whose name or address contains `text`."""
    text = text.replace("\x00", "").strip()
    return people.filter(Q(name__icontains=text) | Q(email__icontains=text)) if text else people


def managed_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """Tokens that an administrator may revoke, with their makers and units."""
    tokens: QuerySet[ApiToken] = ApiToken.objects.select_related("unit", "user").order_by("-created", "digest")
    paths = actor.paths(Action.CONFIGURE)
    return tokens if EVERYTHING in paths else tokens.filter(within("unit__path", paths))


def managed_units(actor: Actor) -> QuerySet[BusinessUnit]:
    """Units the actor administers, in tree order, each with `people_count`: role holders named for exactly that unit."""
    return units_where(actor, Action.CONFIGURE).annotate(people_count=Count("roles__user", distinct=True))


def tokens_of(user_id: int) -> QuerySet[ApiToken]:
    """A person's tokens, revoked ones too, newest first."""
    tokens: QuerySet[ApiToken] = (
        ApiToken.objects.filter(user_id=user_id).select_related("unit", "user").order_by("-created", "digest")
    )
    return tokens


def unit_trail(units: Iterable[BusinessUnit]) -> dict[int, str]:
    """`{unit id: "Department / Bureau"}` for display, from the given units alone."""
    names = {unit.pk: unit.name for unit in units}
    return {
        unit.pk: " / ".join(names[int(part)] for part in unit.path.strip("/").split("/") if int(part) in names) for unit in units
    }


def administrators() -> QuerySet[User]:
    """Active people who administer the whole organisation; people of the demo do not count."""
    return User.objects.filter(is_active=True, demo=False, roles__role=Role.ADMINISTRATOR, roles__unit=None)


def units_named(text: str) -> list[BusinessUnit]:
    """Units whose name, code or trail ("Department / Bureau") is `text`, ignoring case; for people at a terminal."""
    wanted = text.strip().casefold()
    units = list(BusinessUnit.objects.all())
    trails = unit_trail(units)
    return [unit for unit in units if wanted in (unit.name.casefold(), unit.code.casefold(), trails[unit.pk].casefold())]
