"""Who may do what, decided without a database: an Actor carries its grants, default is deny."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from portfolio.accounts.choices import (
    ALLOWED,
    SCOPE_ACTIONS,
    Action,
    Role,
    Scope,
    Through,
)

EVERYTHING = "/"


@dataclass(frozen=True)
class Grant:
    """A role held for the unit at `path` and every unit below it; `/` is the whole organisation."""

    role: Role
    path: str


@dataclass(frozen=True)
class Actor:
    """Somebody or something that reads and writes: a person on a page, a token, a command, a job.

    `scopes` and `token_path` are set for tokens alone; a token never reaches further than the person who made it.
    """

    user_id: int | None
    label: str
    through: str
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Scope] | None = None
    token_path: str = EVERYTHING
    request_id: str = ""
    showing_demo: bool = False

    def paths(self, action: str) -> tuple[str, ...]:
        """Unit path prefixes where this actor may do `action` (an Action's value); `()` means nowhere."""
        wanted = Action(action)
        held = {grant.path for grant in self.grants if grant.role in ALLOWED[wanted]}
        if self.scopes is None:
            return _outermost(held)
        if not any(wanted in SCOPE_ACTIONS[scope] for scope in self.scopes):
            return ()
        # A token acts for its unit, wherever its maker still holds any role; the maker's role need not allow the act
        # by hand (DOMAIN: a token may create and change whatever its scope names), but money needs the maker's right.
        reach = held if wanted is Action.MONEY else {grant.path for grant in self.grants}
        return _outermost({narrow for path in reach if (narrow := _overlap(path, self.token_path))})

    def may(self, action: str, unit_path: str) -> bool:
        """Whether `action` is allowed on something that belongs to the unit at `unit_path`."""
        return any(unit_path.startswith(path) for path in self.paths(action))

    def may_somewhere(self, action: str) -> bool:
        return bool(self.paths(action))

    def has_scope(self, scope: str) -> bool:
        """True for people; for tokens whether the scope was given (write implies read of the same resource)."""
        if self.scopes is None:
            return True
        writing = scope.replace(":read", ":write")
        return scope in self.scopes or writing in self.scopes

    def acting_through(self, through: StrEnum | str) -> Actor:
        """The same rights, recorded as having come through something else (an import, a job)."""
        return replace(self, through=str(through))


def system(label: str, through: Through = Through.JOB) -> Actor:
    """The product itself, for commands and jobs run by whoever has the machine: all roles everywhere."""
    return Actor(None, label, through, tuple(Grant(role, EVERYTHING) for role in Role))


def may_edit(actor: Actor, *, unit_path: str, owner_id: int | None, sponsor_id: int | None) -> bool:
    """Program managers edit their units' initiatives; an owner or sponsor edits their own while they hold that role."""
    if actor.may(Action.EDIT, unit_path):
        return True
    return is_own(actor, owner_id, sponsor_id) and actor.scopes is None and actor.may(Action.VIEW, unit_path)


def may_see_money(actor: Actor, *, unit_path: str, owner_id: int | None, sponsor_id: int | None) -> bool:
    """Amounts of one initiative: by role for the unit, or as its owner or sponsor."""
    return actor.may(Action.MONEY, unit_path) or (actor.scopes is None and is_own(actor, owner_id, sponsor_id))


def is_own(actor: Actor, owner_id: int | None, sponsor_id: int | None) -> bool:
    return actor.user_id is not None and actor.user_id in (owner_id, sponsor_id)


def _overlap(path: str, other: str) -> str | None:
    """The narrower of two subtrees if one holds the other."""
    if path.startswith(other):
        return path
    return other if other.startswith(path) else None


def _outermost(paths: set[str]) -> tuple[str, ...]:
    """Drop subtrees that another one contains; sorted, so that SQL text is stable."""
    return tuple(sorted(p for p in paths if not any(p != q and p.startswith(q) for q in paths)))
