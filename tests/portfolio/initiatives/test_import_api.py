"""The import API: hand in, poll, look, publish; who may, and what a broken file says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import ImportRow, ImportRun, Initiative
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.portfolio.initiatives.importing import MAPPING, row, run_jobs, write_csv

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports/"
Api = Callable[..., Client]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "small.csv", [row(1), row(2, Name=""), row(3, Stage="odd")])


def hand_in(client: Client, organisation: Organisation, path: Path, **more: Any) -> Any:
    data = {"mapping": MAPPING, "unit": organisation.units["Retail"].pk} | more
    return client.post(URL, {"file": SimpleUploadedFile(path.name, path.read_bytes()), **data})


def test_a_file_is_handed_in_polled_looked_at_and_published(api: Api, organisation: Organisation, file: Path) -> None:
    client = api(Scope.IMPORTS_WRITE, Scope.INITIATIVES_READ)
    answer = hand_in(client, organisation, file)
    assert answer.status_code == 202, answer.content
    where = answer["Location"]
    assert answer.json()["state"] == "staging"
    run_jobs()
    polled = client.get(where).json()
    assert polled["state"] == "preview"
    assert {name: polled["counts"][name] for name in ("rows", "created", "rejected", "unread")} == {
        "rows": 3, "created": 2, "rejected": 1, "unread": 1,
    }  # fmt: skip
    assert not Initiative.objects.exists()

    rejected = client.get(polled["rows_url"] + "?outcome=rejected").json()["results"]
    assert [(r["line"], r["issues"][0]["target"], r["issues"][0]["reason"]) for r in rejected] == [
        (3, "name", "required, and the cell is blank")
    ]
    assert client.post(f"{where}publish/").status_code == 202
    assert client.post(f"{where}publish/").status_code == 202, "asking twice is the same as once"
    run_jobs()
    assert client.get(where).json()["state"] == "published"
    listed = client.get("/api/v1/initiatives/").json()["results"]
    assert sorted(r["name"] for r in listed) == ["Initiative 1", "Initiative 3"]
    registers = client.get("/api/v1/registers/").json()["results"]
    assert [(r["name"], r["initiatives"], r["missing"]) for r in registers] == [("small", 2, 0)]


def test_publish_true_needs_no_second_call(api: Api, organisation: Organisation, file: Path) -> None:
    client = api(Scope.IMPORTS_WRITE)
    where = hand_in(client, organisation, file, publish="true")["Location"]
    run_jobs()
    assert client.get(where).json()["state"] == "published"


def test_the_same_file_handed_in_again_is_the_run_that_waits(api: Api, organisation: Organisation, file: Path) -> None:
    client = api(Scope.IMPORTS_WRITE)
    first = hand_in(client, organisation, file)
    again = hand_in(client, organisation, file)
    assert (again.status_code, again["Location"]) == (202, first["Location"])
    assert ImportRun.objects.count() == 1
    other = hand_in(client, organisation, file, register="another")
    assert other["Location"] != first["Location"]


def test_cancelling_leaves_nothing(api: Api, organisation: Organisation, file: Path) -> None:
    client = api(Scope.IMPORTS_WRITE)
    where = hand_in(client, organisation, file)["Location"]
    run_jobs()
    assert client.post(f"{where}cancel/").json()["state"] == "cancelled"
    assert not ImportRow.objects.exists()
    assert not Initiative.objects.exists()
    assert client.post(f"{where}publish/").status_code == 400


def test_cancelling_while_it_is_read_stops_the_reading(api: Api, organisation: Organisation, file: Path) -> None:
    client = api(Scope.IMPORTS_WRITE)
    where = hand_in(client, organisation, file)["Location"]
    client.post(f"{where}cancel/")
    run_jobs()
    assert client.get(where).json()["state"] == "cancelled"
    assert not ImportRow.objects.exists()
    assert not Job.objects.filter(done_at=None).exists()


@pytest.mark.parametrize(
    ("scopes", "unit", "expected"),
    [
        ((Scope.IMPORTS_READ,), None, 403),
        ((Scope.INITIATIVES_WRITE,), None, 403),
        ((Scope.IMPORTS_WRITE,), "Logistics", 400),
        ((Scope.IMPORTS_WRITE,), "Retail", 202),
    ],
)
def test_only_the_right_scope_and_unit_may_import(
    api: Api, organisation: Organisation, file: Path, scopes: tuple[Scope, ...], unit: str | None, expected: int
) -> None:
    answer = hand_in(api(*scopes, unit=unit), organisation, file)
    assert answer.status_code == expected, answer.content
    assert answer["Content-Type"].startswith("application/problem+json" if expected >= 400 else "application/json")
    assert ImportRun.objects.count() == (1 if expected == 202 else 0)


def test_another_units_run_does_not_exist(api: Api, organisation: Organisation, file: Path) -> None:
    where = hand_in(api(Scope.IMPORTS_WRITE), organisation, file)["Location"]
    stranger = api(Scope.IMPORTS_WRITE, unit="Logistics")
    for answer in (
        stranger.get(where),
        stranger.get(f"{where}rows/"),
        stranger.post(f"{where}publish/"),
        stranger.post(f"{where}cancel/"),
    ):
        assert answer.status_code == 404
    assert stranger.get(URL).json()["results"] == []


def test_a_register_of_another_unit_cannot_be_taken_over(api: Api, organisation: Organisation, file: Path) -> None:
    hand_in(api(Scope.IMPORTS_WRITE), organisation, file, publish="true")
    run_jobs()
    data = {"unit": organisation.units["Logistics"].pk}
    answer = hand_in(api(Scope.IMPORTS_WRITE, unit="Logistics"), organisation, file, **data)
    assert answer.status_code == 403


def test_amounts_are_blank_for_tokens_without_money(api: Api, organisation: Organisation, file: Path) -> None:
    where = hand_in(api(Scope.IMPORTS_WRITE), organisation, file)["Location"]
    run_jobs()
    for scopes, shown in (((Scope.IMPORTS_READ,), None), ((Scope.IMPORTS_READ, Scope.MONEY), "1000.00")):
        first = api(*scopes).get(f"{where}rows/").json()["results"][0]
        assert first["fields"]["expected_value"] == shown
        assert first["raw"]["Value"] == (None if shown is None else "1000")


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"mapping": ""}, "/mapping"),
        ({"mapping": "fields: {nam: Name}"}, "/mapping"),
        ({"mapping": MAPPING, "profile": "us-federal-2023"}, "/mapping"),
        ({"profile": "us-federal-1999"}, "/profile"),
        ({"mapping": MAPPING, "register": "r" * 61}, "/register"),
    ],
)
def test_a_request_that_cannot_work_says_where(
    api: Api, organisation: Organisation, file: Path, data: dict[str, str], pointer: str
) -> None:
    upload = SimpleUploadedFile(file.name, file.read_bytes())
    answer = api(Scope.IMPORTS_WRITE).post(URL, {"file": upload, "unit": organisation.units["Retail"].pk} | data)
    assert answer.status_code == 400
    assert pointer in [error["pointer"].rsplit("/0")[0] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.xlsx", b"PK\x03\x04 not a zip", "archive"),
        ("other.csv", b"A,B\n1,2\n", "no column"),
        ("open.json", b'[{"ID": 1', "JSON"),
    ],
)
def test_a_file_that_cannot_be_read_ends_its_run_with_the_reason(
    api: Api, organisation: Organisation, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    client = api(Scope.IMPORTS_WRITE)
    path = tmp_path / name
    path.write_bytes(content)
    where = hand_in(client, organisation, path)["Location"]
    run_jobs()
    run = client.get(where).json()
    assert run["state"] == "failed"
    assert words in run["error"]


def test_a_file_above_the_limit_is_refused_at_the_door(api: Api, organisation: Organisation, file: Path, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    answer = hand_in(api(Scope.IMPORTS_WRITE), organisation, file)
    assert answer.status_code == 400
    assert not ImportRun.objects.exists()


def test_profiles_are_shown_with_their_value_maps(api: Api) -> None:
    profiles = api(Scope.IMPORTS_READ).get("/api/v1/import-profiles/").json()
    assert [p["name"] for p in profiles] == ["us-federal-2023", "us-federal-2024"]
    assert profiles[1]["mapping"]["fields"]["stage"]["values"]["Ideation"] == "initiated"
    assert json.dumps(profiles[0]["lifecycle"]).count("before_production") == 3
