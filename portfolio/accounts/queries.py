"""Reads: an actor with its grants in one query, units and people one may see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from portfolio.accounts.choices import Role, Scope, Through
from portfolio.accounts.models import ApiToken, BusinessUnit, User
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


def tokens_of(user_id: int) -> QuerySet[ApiToken]:
    """A person's tokens, revoked ones too, newest first."""
    tokens: QuerySet[ApiToken] = ApiToken.objects.filter(user_id=user_id).select_related("unit")
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
