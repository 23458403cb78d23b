"""Who may do what, without a database: default deny, subtrees, and tokens that never reach further than their maker."""

from __future__ import annotations

import pytest

from portfolio.accounts.choices import ALLOWED, Action, Role, Scope
from portfolio.accounts.rules import Actor, Grant, may_edit, may_see_money, system


def _actor(*grants: tuple[Role, str], scopes: frozenset[Scope] | None = None, token_path: str = "/") -> Actor:
    return Actor(7, "Paula", "page", tuple(Grant(r, p) for r, p in grants), scopes, token_path)


@pytest.mark.parametrize("action", Action)
def test_without_a_role_nothing_is_allowed(action: Action) -> None:
    assert _actor().paths(action) == ()
    assert not _actor().may(action, "/1/")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_a_role_allows_exactly_what_the_table_says_in_its_subtree(role: Role, action: Action) -> None:
    actor = _actor((role, "/1/2/"))
    allowed = role in ALLOWED[action]
    assert actor.may(action, "/1/2/") is allowed
    assert actor.may(action, "/1/2/9/") is allowed
    assert not actor.may(action, "/1/")
    assert not actor.may(action, "/1/22/")


def test_overlapping_grants_are_told_by_the_outermost() -> None:
    actor = _actor((Role.VIEWER, "/1/"), (Role.FINANCE, "/1/2/"), (Role.VIEWER, "/3/"))
    assert actor.paths(Action.VIEW) == ("/1/", "/3/")
    assert actor.paths(Action.MONEY) == ("/1/2/",)


def test_a_token_acts_where_its_unit_and_its_makers_roles_meet() -> None:
    write = frozenset({Scope.INITIATIVES_WRITE})
    assert _actor((Role.VIEWER, "/1/"), scopes=write, token_path="/1/2/").paths(Action.EDIT) == ("/1/2/",)
    assert _actor((Role.VIEWER, "/1/2/"), scopes=write, token_path="/1/").paths(Action.EDIT) == ("/1/2/",)
    assert _actor((Role.VIEWER, "/3/"), scopes=write, token_path="/1/").paths(Action.EDIT) == ()
    assert _actor(scopes=write).paths(Action.VIEW) == ()


@pytest.mark.parametrize("action", [Action.TRIAGE, Action.CONFIGURE, Action.TOKEN])
def test_no_scope_lets_a_token_decide_or_manage(action: Action) -> None:
    everything = Actor(7, "t", "token", tuple(Grant(r, "/") for r in Role), frozenset(Scope))
    assert everything.paths(action) == ()


def test_a_token_sees_money_only_with_the_scope_and_a_maker_who_does() -> None:
    money = frozenset({Scope.INITIATIVES_READ, Scope.MONEY})
    assert _actor((Role.VIEWER, "/1/"), scopes=money).paths(Action.MONEY) == ()
    assert _actor((Role.FINANCE, "/1/"), scopes=money).paths(Action.MONEY) == ("/1/",)
    assert _actor((Role.FINANCE, "/1/"), scopes=money - {Scope.MONEY}).paths(Action.MONEY) == ()


def test_owners_edit_and_see_the_money_of_their_own_but_their_tokens_do_not() -> None:
    owner = _actor((Role.SPONSOR, "/1/"))
    assert may_edit(owner, unit_path="/1/4/", owner_id=7, sponsor_id=None)
    assert may_see_money(owner, unit_path="/1/4/", owner_id=None, sponsor_id=7)
    assert not may_edit(owner, unit_path="/1/4/", owner_id=8, sponsor_id=9)
    assert not may_edit(owner, unit_path="/2/", owner_id=7, sponsor_id=None)
    token = _actor((Role.SPONSOR, "/1/"), scopes=frozenset({Scope.INITIATIVES_READ}))
    assert not may_see_money(token, unit_path="/1/4/", owner_id=7, sponsor_id=7)


def test_the_product_itself_may_do_everything() -> None:
    assert all(system("job").may(action, "/1/2/") for action in Action)
