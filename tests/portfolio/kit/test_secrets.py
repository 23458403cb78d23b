"""Secrets at rest: closed to everybody but their owner, under keys that can change, and in no trail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, connections, models
from django.test.utils import isolate_apps
from pytest_django.fixtures import Settings

from portfolio.kit import checks
from portfolio.kit.audit import audited
from portfolio.kit.embedded.secret import kept_secret, sealing_key
from portfolio.kit.secrets import KeyMissing, SealedField, Unreadable, keys, open_sealed, resealed, rotate, seal
from tests.conftest import ROOT

CANARY = "canary-5f0e7c"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.SECRET_KEYS = [OLD]


@pytest.mark.parametrize("text", [CANARY, "", "ü€\x00\n", "x" * 100_000])
def test_what_was_sealed_opens_for_its_owner_and_shows_nothing_before(text: str) -> None:
    token = seal("source:1", text)
    assert open_sealed("source:1", token) == text
    assert not text or text not in token
    assert seal("source:1", text) != token


@pytest.mark.parametrize("owner", ["source:2", "source:10", "SOURCE:1", "source:1 ", ""])
def test_a_copied_seal_opens_for_nobody_else(owner: str) -> None:
    with pytest.raises(Unreadable) as refused:
        open_sealed(owner, seal("source:1", CANARY))
    assert CANARY not in str(refused.value)


def test_an_altered_or_foreign_seal_is_unreadable(settings: Settings) -> None:
    token = seal("source:1", CANARY)
    for broken in (token[:-2], token[:40] + ("A" if token[40] != "A" else "B") + token[41:], "x", "ü", token[4:]):
        with pytest.raises(Unreadable):
            open_sealed("source:1", broken)
    settings.SECRET_KEYS = [NEW]
    with pytest.raises(Unreadable):
        open_sealed("source:1", token)
    with pytest.raises(Unreadable):
        resealed(token)


def test_the_empty_token_is_no_secret() -> None:
    assert open_sealed("source:1", "") == ""


def test_keys_rotate_without_a_moment_in_which_a_secret_cannot_be_read(settings: Settings) -> None:
    before = seal("source:1", CANARY)
    settings.SECRET_KEYS = [NEW, OLD]
    assert open_sealed("source:1", before) == CANARY
    after = resealed(before)
    settings.SECRET_KEYS = [NEW]
    assert open_sealed("source:1", after) == CANARY
    with pytest.raises(Unreadable):
        open_sealed("source:2", after)


def test_keys_come_from_a_file_where_the_environment_has_none(settings: Settings, tmp_path: Path) -> None:
    settings.SECRET_KEYS, settings.SECRET_KEYS_FILE = [], tmp_path / "keys"
    with pytest.raises(KeyMissing, match="PILOTAGE_SECRET_KEYS"):
        seal("source:1", CANARY)
    assert kept_secret(settings.SECRET_KEYS_FILE, sealing_key) == keys()[0]
    token = seal("source:1", CANARY)
    settings.SECRET_KEYS_FILE.write_text(f"{NEW}\n{keys()[0]}\n")
    assert open_sealed("source:1", token) == CANARY
    assert settings.SECRET_KEYS_FILE.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("bad", [["short"], ["x" * 44], [OLD, "half a key"]])
def test_a_bad_key_is_said_by_the_check_and_never_shown(settings: Settings, bad: list[str]) -> None:
    assert checks.secret_keys() == checks.no_secret_keys() == []
    settings.SECRET_KEYS = bad
    assert [problem.id for problem in checks.secret_keys()] == ["pilotage.E006"]
    with pytest.raises(KeyMissing) as refused:
        seal("source:1", CANARY)
    assert not any(key in str(refused.value) for key in bad)


def test_no_key_is_a_warning_before_deployment(settings: Settings, tmp_path: Path) -> None:
    settings.SECRET_KEYS, settings.SECRET_KEYS_FILE = [], tmp_path / "none"
    assert checks.secret_keys() == []
    assert [problem.id for problem in checks.no_secret_keys()] == ["pilotage.W006"]


@isolate_apps("portfolio.kit")
def test_a_field_under_a_name_that_the_trail_records_is_an_error() -> None:
    class Kept(models.Model):
        sealed = SealedField()
        password_for_it = SealedField()

        class Meta:
            app_label = "kit"

    assert Kept._meta.get_field("sealed").check() == []
    assert [problem.id for problem in Kept._meta.get_field("password_for_it").check()] == ["pilotage.E007"]
    assert not Kept._meta.get_field("sealed").editable


@pytest.fixture
def sources(committed_db: str) -> Any:
    """A table with a trail and a secret column, and its model."""
    with isolate_apps("portfolio.kit"):

        class Source(models.Model):
            name = models.TextField()
            sealed = SealedField()

            class Meta:
                app_label, db_table = "kit", "kit_source"

    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE kit_source (id bigserial PRIMARY KEY, name text NOT NULL, sealed text NOT NULL)")
        for statement in audited("kit_source").sql:
            cursor.execute(str(statement))
        cursor.execute("GRANT ALL ON kit_source, kit_source_id_seq TO pilotage_app")
    return Source


def _trail() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(e ORDER BY id)::text FROM activity_auditentry e WHERE object_type = 'kit_source'")
        return str(cursor.fetchone()[0])


def test_the_trail_records_the_row_and_neither_the_secret_nor_its_seal(sources: Any) -> None:
    row = sources.objects.create(name="one", sealed=seal("source:1", CANARY))
    first = row.sealed
    sources.objects.filter(pk=row.pk).update(name="two", sealed=seal("source:1", CANARY + "2"))
    second = sources.objects.get().sealed
    sources.objects.all().delete()
    trail = _trail()
    assert [entry["action"] for entry in json.loads(trail)] == ["create", "change", "delete"]
    assert "two" in trail
    assert not any(text in trail for text in (CANARY, first, second, "sealed"))


def test_the_command_brings_every_secret_under_the_first_key(
    sources: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [sources.objects.create(name=str(n), sealed=seal(f"source:{n}", f"{CANARY}{n}")) for n in range(450)]
    sources.objects.create(name="none", sealed="")
    field = sources._meta.get_field("sealed")
    monkeypatch.setattr("portfolio.kit.management.commands.rotate_secrets.sealed_fields", lambda: [(sources, field)])
    settings.SECRET_KEYS = [NEW, OLD]
    call_command("rotate_secrets")
    told = capsys.readouterr().out
    assert "450 sealed anew" in told
    assert CANARY not in told
    settings.SECRET_KEYS = [NEW]
    for n, row in enumerate(rows):
        row.refresh_from_db()
        assert open_sealed(f"source:{n}", row.sealed) == f"{CANARY}{n}"
    assert _trail().count('"change"') == 0

    settings.SECRET_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="450 secrets could not be opened"):
        call_command("rotate_secrets")
    settings.SECRET_KEYS = [NEW]
    assert rotate(sources, field) == (450, 0)


def test_a_secret_changed_during_the_rotation_is_not_overwritten(
    sources: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sources.objects.create(name="one", sealed=seal("source:1", "old"))

    def meanwhile(token: str) -> str:
        sources.objects.filter(pk=row.pk).update(sealed=seal("source:1", "new"))
        return resealed(token)

    monkeypatch.setattr("portfolio.kit.secrets.resealed", meanwhile)
    assert rotate(sources, sources._meta.get_field("sealed")) == (0, 0)
    assert open_sealed("source:1", sources.objects.get().sealed) == "new"


def test_the_keys_are_no_part_of_the_signing_key(settings: Settings) -> None:
    token = seal("source:1", CANARY)
    settings.SECRET_KEY = "another-one-" + "x" * 40
    assert open_sealed("source:1", token) == CANARY
    assert "SECRET_KEY:" in (ROOT / "docker-compose.yml").read_text()
    assert "PILOTAGE_SECRET_KEYS:" in (ROOT / "docker-compose.yml").read_text()
