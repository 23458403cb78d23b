"""People and tokens from the command line."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import ApiToken, RoleAssignment, User
from portfolio.activity.models import AuditEntry
from tests.people import Organisation

pytestmark = pytest.mark.django_db


def told(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def var(tmp_path: Path, settings: LazySettings) -> Path:
    settings.VAR = tmp_path
    return tmp_path


def test_an_empty_installation_gets_an_administrator_that_can_sign_in(var: Path, client: Client) -> None:
    first = told("ensure_admin")
    note = var / "sign-in.txt"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    password = first.split("Password:")[1].strip()
    answer = client.post("/account/login/", {"login": "admin@pilotage.local", "password": password})
    assert answer.status_code == 302
    roles = RoleAssignment.objects.filter(user__email="admin@pilotage.local", unit=None)
    assert {a.role for a in roles} == {Role.ADMINISTRATOR, Role.PROGRAM_MANAGER, Role.AUDITOR}
    assert told("ensure_admin") == first and User.objects.count() == 1


def test_the_note_goes_once_its_password_was_changed(var: Path) -> None:
    told("ensure_admin")
    user = User.objects.get()
    user.set_password("something-quite-different")
    user.save()
    assert told("ensure_admin") == "" and not (var / "sign-in.txt").exists()


def test_where_somebody_administers_nothing_is_made(var: Path, organisation: Organisation) -> None:
    people = User.objects.count()
    assert told("ensure_admin") == "" and User.objects.count() == people


def test_an_administrator_who_was_locked_out_is_no_administrator(var: Path, organisation: Organisation) -> None:
    User.objects.filter(pk=organisation.people["Ada"].pk).update(is_active=False)
    assert "admin@pilotage.local" in told("ensure_admin")


def test_a_token_made_by_command_stores_only_its_digest(organisation: Organisation) -> None:
    secret = told(
        "create_token", "--person", "PAULA@example.org", "--name", "ci", "--scope", "initiatives:read",
        "--scope", "money", "--unit", "group / retail", "--days", "30",
    ).strip()  # fmt: skip
    token = ApiToken.objects.get()
    assert secret.startswith("pil_") and token.unit == organisation.units["Retail"]
    assert token.scopes == [Scope.INITIATIVES_READ, Scope.MONEY]
    assert secret not in str(ApiToken.objects.values().get())
    entry = AuditEntry.objects.get(object_type="accounts_apitoken")
    assert entry.through == "command" and token.digest not in str(entry.after)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"--unit": "Nowhere"}, "No unit is named"),
        ({"--person": "nobody@example.org"}, "Nobody active"),
        ({"--days": "900"}, "one year"),
    ],
)
def test_a_wrong_token_order_is_refused_with_a_reason(organisation: Organisation, change: dict[str, str], reason: str) -> None:
    order = {"--person": "paula@example.org", "--name": "ci", "--scope": "initiatives:read", "--days": "30"} | change
    with pytest.raises(CommandError, match=reason):
        told("create_token", *(word for pair in order.items() for word in pair))


def test_a_person_made_by_command_holds_the_roles_named(organisation: Organisation) -> None:
    told("create_person", "rosa@example.org", "Rosa Rolle", "--role", "viewer:Retail", "--role", "auditor")
    held = {(a.role, str(a.unit or "")) for a in User.objects.get(email="rosa@example.org").roles.all()}
    assert held == {("viewer", "Retail"), ("auditor", "")}


def test_a_person_with_an_unknown_role_is_not_made_at_all(organisation: Organisation) -> None:
    with pytest.raises(CommandError, match="no role"):
        told("create_person", "rosa@example.org", "Rosa Rolle", "--role", "king")
    assert not User.objects.filter(email="rosa@example.org").exists()


def test_passwords_never_reach_the_trail(var: Path) -> None:
    told("ensure_admin")
    entries: Any = AuditEntry.objects.filter(object_type="accounts_user")
    assert entries and all("password" not in (entry.after or {}) for entry in entries)
