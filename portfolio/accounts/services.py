"""Writes to people, units, roles and tokens. Every function checks the actor's right itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action, Role, Scope
from portfolio.accounts.models import ApiToken, BusinessUnit, RoleAssignment, User
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import revive

MAX_DEPTH = 12
MAX_TOKEN_LIFE = timedelta(days=366)


def create_unit(
    *,
    by: Actor,
    name: str,
    parent: BusinessUnit | None = None,
    code: str = "",
    demo: bool = False,
) -> BusinessUnit:
    """Add a unit under `parent` (None: at the top). Raises PermissionDenied or ValidationError."""
    _require(by, Action.CONFIGURE, parent.path if parent else EVERYTHING)
    if parent and parent.depth + 1 >= MAX_DEPTH:
        raise ValidationError({"parent": _("Units can be nested %d deep.") % MAX_DEPTH})
    if BusinessUnit.objects.filter(parent=parent, name__iexact=name).exists():
        raise ValidationError({"name": _("There is a unit of this name here already.")})
    with acting(by):
        return new_unit(name=name, parent=parent, code=code, demo=demo)


def new_unit(*, name: str, parent: BusinessUnit | None, code: str = "", demo: bool = False) -> BusinessUnit:
    """Insert a unit with its path, inside the caller's transaction and rights (imports make many)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_businessunit', 'id'))")
        (number,) = cursor.fetchone()
    return BusinessUnit.objects.create(
        pk=number,
        name=name,
        code=code,
        parent=parent,
        demo=demo,
        depth=parent.depth + 1 if parent else 0,
        path=f"{parent.path if parent else EVERYTHING}{number}/",
    )


def rename_unit(*, by: Actor, unit: BusinessUnit, name: str, code: str) -> BusinessUnit:
    """Change a unit's name and code; its place in the tree stays."""
    _require(by, Action.CONFIGURE, unit.path)
    with acting(by):
        unit.name, unit.code = name, code
        unit.full_clean(exclude=["path"])
        unit.save(update_fields=["name", "code"])
    return unit


def create_user(*, by: Actor, email: str, name: str, password: str | None = None, demo: bool = False) -> User:
    """Add a person without any right; without a password they set one through the reset mail."""
    _require_somewhere(by, Action.CONFIGURE)
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": _("Somebody with this address is registered already.")})
    with acting(by):
        return User.objects.create_user(email, password, name=name, demo=demo)


def open_door(*, by: Actor, email: str, name: str, password: str) -> User:
    """Make (or let in again) the person `email` with `password` and every right that a first sign-in needs.

    For an installation that nobody can administer: the caller has made sure of that.
    """
    _require(by, Action.CONFIGURE, EVERYTHING)
    with acting(by):
        user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email, name=name)
        user.is_active = True
        user.set_password(password)
        user.save()
        for role in (Role.ADMINISTRATOR, Role.PROGRAM_MANAGER, Role.AUDITOR):
            assign_role(by=by, user=user, role=role, unit=None)
    return user


def set_active(*, by: Actor, user: User, active: bool) -> User:
    """Let a person in or lock them out; open sessions and tokens end at their next request."""
    _require(by, Action.CONFIGURE, EVERYTHING)
    if user.pk == by.user_id and not active:
        raise ValidationError(_("You cannot lock yourself out; ask another administrator."))
    with acting(by):
        if not active:
            _require_another_administrator(user.pk)
        user.is_active = active
        user.save(update_fields=["is_active"])
    return user


def assign_role(*, by: Actor, user: User, role: Role, unit: BusinessUnit | None) -> RoleAssignment:
    """Give `role` for `unit` and its sub-units (None: everywhere); giving it twice changes nothing."""
    _require(by, Action.CONFIGURE, unit.path if unit else EVERYTHING)
    with acting(by):
        assignment, _created = RoleAssignment.objects.get_or_create(user=user, role=role, unit=unit)
    return assignment


def remove_role(*, by: Actor, assignment: RoleAssignment) -> None:
    """Take a role away; the last administrator of the whole organisation stays."""
    _require(by, Action.CONFIGURE, assignment.unit.path if assignment.unit else EVERYTHING)
    with acting(by):
        if assignment.role == Role.ADMINISTRATOR and assignment.unit is None:
            _require_another_administrator(assignment.user_id)
        assignment.delete()


def change_profile(*, by: Actor, user: User, name: str, time_zone: str) -> User:
    """Change how a person is called and which clock they read: one's own, or anybody's as administrator."""
    if user.pk != by.user_id:
        _require(by, Action.CONFIGURE, EVERYTHING)
    with acting(by):
        user.name, user.time_zone = name.strip(), time_zone
        user.full_clean(exclude=["password"])
        user.save(update_fields=["name", "time_zone"])
    return user


def revive_job(*, by: Actor, job_id: int) -> bool:
    """Give a dead letter a fresh set of attempts; False if it is not dead (any more)."""
    _require(by, Action.CONFIGURE, EVERYTHING)
    return revive(job_id=job_id)


def create_token(
    *,
    by: Actor,
    user: User,
    name: str,
    scopes: Sequence[Scope],
    unit: BusinessUnit | None,
    days: int,
) -> tuple[ApiToken, str]:
    """Make a token for `user` and return it with its secret, which is shown this once and never stored.

    Raises PermissionDenied if `by` may not make tokens for that unit (or asks for money it may not see itself),
    ValidationError for an empty scope list or a life of more than a year.
    """
    path = unit.path if unit else EVERYTHING
    _require(by, Action.TOKEN, path)
    if user.pk != by.user_id:
        _require(by, Action.CONFIGURE, EVERYTHING)
    if Scope.MONEY in scopes:
        _require(by, Action.MONEY, path)
    if Scope.AUDIT_READ in scopes:
        _require(by, Action.AUDIT, path)
    if not scopes:
        raise ValidationError({"scopes": _("Choose at least one scope.")})
    life = timedelta(days=days)
    if not timedelta(0) < life <= MAX_TOKEN_LIFE:
        raise ValidationError({"days": _("A token lives between one day and one year.")})
    with acting(by):
        token, secret = ApiToken.objects.create(
            user=user,
            expiry=life,
            name=name,
            unit=unit,
            scopes=[str(scope) for scope in scopes],
        )
    return token, secret


def revoke_token(*, by: Actor, token: ApiToken) -> ApiToken:
    """End a token at once: one's own, or any as administrator. The row stays as a record."""
    if token.user_id != by.user_id:
        _require(by, Action.CONFIGURE, token.unit.path if token.unit else EVERYTHING)
    with acting(by):
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
    return token


def _require_another_administrator(user_id: int) -> None:
    """Locks every assignment that counts, so that two people cannot remove each other at the same moment."""
    holders = RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, unit=None, user__is_active=True)
    held = set(holders.select_for_update().values_list("user_id", flat=True))
    if held and held <= {user_id}:
        raise ValidationError(_("This is the last administrator of the whole organisation."))


def _require(by: Actor, action: Action, path: str) -> None:
    if not by.may(action, path):
        raise PermissionDenied(_("Your roles do not allow this for this unit."))


def _require_somewhere(by: Actor, action: Action) -> None:
    if not by.may_somewhere(action):
        raise PermissionDenied(_("Your roles do not allow this."))
