"""The day that a file tells of: who may say which, and that what was told is known since then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portfolio.accounts.choices import Scope
from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Closure, ImportRun, Initiative, StageEntry
from portfolio.initiatives.services.imports.publishing import publish_rows
from portfolio.initiatives.services.imports.runs import change_plan, start_run
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from portfolio.kit import clock
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.importing import BY, FEDERAL, MAPPING, publish, row, run_jobs, stage, write_csv
from tests.portfolio.initiatives.test_import_wizard import form_of, upload

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2023, 12, 31), date(2024, 12, 31)
URL = "/api/v1/imports/"
SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def file(folder: Path, *rows: dict[str, str], name: str = "a.csv") -> Path:
    return write_csv(folder / name, list(rows))


def named(number: int) -> Initiative:
    return Initiative.objects.get(external_ids__value=f"S-{number}")


def told() -> list[tuple[str, date | None, bool]]:
    """Stage, day on which it was told, whether it is current, in the order of writing."""
    rows = StageEntry.objects.order_by("id").select_related("stage")
    return [(row.stage.key if row.stage else "", row.told_on, row.current) for row in rows]


def test_two_files_of_one_afternoon_are_known_since_their_own_days(tmp_path: Path) -> None:
    publish(file(tmp_path, row(1), row(2, Stage="Pilot")), as_of=FIRST)
    publish(file(tmp_path, row(1, Stage="Live"), row(2, Stage="Stopped"), row(3)), as_of=SECOND)
    assert told() == [
        ("idea", FIRST, False), ("pilot", FIRST, False), ("idea", SECOND, True), ("production", SECOND, True),
    ]  # fmt: skip
    assert Closure.objects.get(initiative=named(2)).told_on == SECOND
    entered = StageEntry.objects.get(initiative=named(1), current=True)
    assert (entered.entered_on, entered.entered_precision) == (None, "unknown"), "the day of the telling is not that of the move"


def test_a_closure_of_a_first_file_is_known_since_its_day(tmp_path: Path) -> None:
    publish(file(tmp_path, row(1, Stage="Stopped", Ended="2023-05-06")), as_of=FIRST)
    closure = Closure.objects.get()
    assert (closure.told_on, closure.closed_on) == (FIRST, date(2023, 5, 6))


def test_a_file_without_a_day_writes_none(tmp_path: Path) -> None:
    run = publish(file(tmp_path, row(1), row(2, Stage="Stopped")))
    assert run.as_of is None
    assert not StageEntry.objects.exclude(told_on=None).exists()
    assert not Closure.objects.exclude(told_on=None).exists()


def test_what_was_told_once_stays_told_then(tmp_path: Path) -> None:
    rows = (row(1), row(2, Stage="Stopped", Ended="2023"))
    run = publish(file(tmp_path, *rows), as_of=FIRST)
    publish_rows(by=BY, run=run)
    publish(file(tmp_path, *rows), as_of=SECOND)
    publish(file(tmp_path, row(1, Purpose="Other"), row(2, Stage="Stopped", Ended="2022")), as_of=SECOND)
    assert {day for _stage, day, _current in told()} == {FIRST}
    closure = Closure.objects.get()
    assert (closure.told_on, closure.closed_on) == (FIRST, date(2022, 1, 1)), "a corrected closure was told by the first file"


def test_what_a_person_recorded_is_known_since_it_was_recorded(tmp_path: Path) -> None:
    publish(file(tmp_path, row(1)), as_of=FIRST)
    it = named(1)
    assert it.lifecycle
    move_stage(by=SYSTEM, initiative=it, stage=it.lifecycle.stages.get(key="pilot"))
    publish(file(tmp_path, row(1, Stage="Pilot")), as_of=SECOND)
    assert told() == [("idea", FIRST, False), ("pilot", None, True)]


def test_a_closure_that_a_snapshot_told_is_taken_back_on_the_day_of_the_next(tmp_path: Path) -> None:
    publish(file(tmp_path, row(1, Stage="Stopped"), row(2)), as_of=FIRST)
    close_initiative(by=SYSTEM, initiative=named(2), kind=ClosureKind.STOPPED, reason=ReasonCode.OTHER, lesson="Ask first.")
    publish(file(tmp_path, row(1, Stage="Stopped"), row(2, Stage="Stopped")), as_of=FIRST)
    publish(file(tmp_path, row(1, Stage="Pilot"), row(2, Stage="Pilot")), as_of=SECOND)
    by_register, by_person = (Closure.objects.get(initiative=named(number)).reopened_at for number in (1, 2))
    assert by_register is not None and by_person is not None
    assert timezone.localdate(by_register) == SECOND
    assert timezone.localdate(by_person) == clock.today(), "what a person recorded stood until now"


def test_a_day_to_come_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="a day to come"):
        stage(file(tmp_path, row(1)), as_of=clock.today() + timedelta(days=1))
    assert not ImportRun.objects.exists()
    stage(file(tmp_path, row(1)), as_of=clock.today())


def test_a_file_older_than_what_the_register_was_told_is_refused_and_the_same_day_is_a_correction(tmp_path: Path) -> None:
    publish(file(tmp_path, row(1)), as_of=SECOND)
    with pytest.raises(ValidationError, match="was told of 31 Dec 2024 already"):
        stage(file(tmp_path, row(1, Stage="Pilot")), as_of=FIRST)
    stage(file(tmp_path, row(1)), as_of=FIRST, register="another")
    assert publish(file(tmp_path, row(1, Stage="Pilot")), as_of=SECOND).state == "published"


def test_a_file_without_a_day_tells_of_its_publishing_so_that_none_goes_before_it(tmp_path: Path) -> None:
    publish(file(tmp_path, row(1)))
    with pytest.raises(ValidationError, match="An older file"):
        stage(file(tmp_path, row(1)), as_of=SECOND)
    assert publish(file(tmp_path, row(1)), as_of=clock.today()).state == "published"


def test_the_day_is_looked_at_again_when_publishing(tmp_path: Path) -> None:
    waiting = stage(file(tmp_path, row(1, Stage="Pilot")), as_of=FIRST)
    publish(file(tmp_path, row(1), name="b.csv"), as_of=SECOND)
    with pytest.raises(ValidationError, match="An older file"):
        publish_rows(by=BY, run=waiting)
    assert told() == [("idea", SECOND, True)]


def test_another_day_may_be_said_until_it_is_published(tmp_path: Path) -> None:
    from portfolio.initiatives.services.imports.plans import file_plan

    plan, mapping = file_plan(MAPPING)
    run = start_run(by=BY, file_name="a.csv", sha256="0" * 64, size=1, plan=plan, mapping=mapping, unit=None, as_of=FIRST)
    assert change_plan(by=BY, run=run, plan=plan, mapping=mapping, unit=None, as_of=SECOND).as_of == SECOND
    with pytest.raises(ValidationError, match="a day to come"):
        change_plan(by=BY, run=run, plan=plan, mapping=mapping, unit=None, as_of=date(2999, 1, 1))
    assert change_plan(by=BY, run=run, plan=plan, mapping=mapping, unit=None).as_of is None


def test_the_page_asks_for_the_day_and_shows_it_from_then_on(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    paula = signed_in("Paula")
    where = upload(paula, file(tmp_path, row(1)))["Location"]
    sent = form_of(paula.get(where)) | {"expected_value-unit": "EUR"}
    assert sent["as_of"] == "", "nobody knows the day of an unknown register"
    refused = paula.post(where, sent | {"as_of": "2999-01-01"})
    assert refused.status_code == 422
    assert "A file cannot tell of a day to come." in refused.content.decode()
    assert paula.post(where, sent | {"as_of": "some day"}).status_code == 422
    assert ImportRun.objects.get().state == "uploaded"
    page = paula.post(where, sent | {"as_of": "2023-12-31"})["Location"]
    run_jobs()
    assert "tells of 31 Dec 2023" in paula.get(page).content.decode()
    assert form_of(paula.get(where))["as_of"] == "2023-12-31", "and it may still be changed"
    assert "31 Dec 2023" in paula.get("/imports/").content.decode()
    paula.post(f"{page}publish/")
    run_jobs()
    assert told() == [("idea", FIRST, True)]
    assert paula.get(f"{page}report/").json()["as_of"] == "2023-12-31"


def test_a_page_without_a_day_says_that_it_is_the_day_of_publishing(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    run = publish(file(tmp_path, row(1)), unit=organisation.units["Retail"])
    paula = signed_in("Paula")
    assert "tells of the day of publishing" in paula.get(f"/imports/{run.pk}/").content.decode()
    assert "its publishing" in paula.get("/imports/").content.decode()


@pytest.mark.parametrize(("newest", "proposed"), [(None, "2023-12-31"), (FIRST, "2023-12-31"), (SECOND, "")])
def test_a_known_register_proposes_the_end_of_its_year_unless_it_was_told_of_a_later_day(
    signed_in: SignedIn, organisation: Organisation, sample_data: Path, newest: date | None, proposed: str
) -> None:
    path = sample_data / FEDERAL["us-federal-2023"]
    if newest:
        publish(path, profile="us-federal-2023", as_of=newest)
    ada = signed_in("Ada")
    where = upload(ada, path, "profile:us-federal-2023")["Location"]
    sent = form_of(ada.get(where))
    assert sent["as_of"] == proposed
    assert ada.post(where, sent).status_code == 302


def hand_in(client: Client, organisation: Organisation, path: Path, **more: Any) -> Any:
    data = {"mapping": MAPPING, "unit": organisation.units["Retail"].pk} | more
    return client.post(URL, {"file": SimpleUploadedFile(path.name, path.read_bytes()), **data})


def test_a_token_hands_in_the_day_and_reads_it(api: Callable[..., Client], organisation: Organisation, tmp_path: Path) -> None:
    client, path = api(Scope.IMPORTS_WRITE), file(tmp_path, row(1))
    first = hand_in(client, organisation, path, as_of="2023-12-31", publish="true")
    assert first.json()["as_of"] == "2023-12-31"
    again = hand_in(client, organisation, path, as_of="2023-12-31", publish="true")
    assert again["Location"] == first["Location"], "the same file of the same day is the run that waits"
    other = hand_in(client, organisation, path, as_of="")
    assert other["Location"] != first["Location"]
    assert other.json()["as_of"] is None
    run_jobs()
    assert told() == [("idea", FIRST, True)]
    assert client.get(first["Location"]).json()["as_of"] == "2023-12-31"
    assert [each["as_of"] for each in client.get("/api/v1/import-profiles/").json()] == ["2023-12-31", "2024-12-31"]


@pytest.mark.parametrize("day", ["2999-01-01", "2022-12-31", "some day"])
def test_a_day_that_cannot_be_is_a_problem_that_names_the_field(
    api: Callable[..., Client], organisation: Organisation, tmp_path: Path, day: str
) -> None:
    publish(file(tmp_path, row(1)), unit=organisation.units["Retail"], as_of=FIRST)
    answer = hand_in(api(Scope.IMPORTS_WRITE), organisation, file(tmp_path, row(2)), as_of=day)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/as_of"]
    assert ImportRun.objects.count() == 1


def test_who_may_not_import_there_is_not_told_what_the_register_was_told(
    api: Callable[..., Client], organisation: Organisation, tmp_path: Path
) -> None:
    publish(file(tmp_path, row(1)), unit=organisation.units["Logistics"], as_of=SECOND)
    answer = hand_in(api(Scope.IMPORTS_WRITE, unit="Retail"), organisation, file(tmp_path, row(2)), as_of="2023-12-31")
    assert answer.status_code == 403, answer.content
    assert "2024" not in answer.content.decode()


def test_the_command_takes_the_day_and_says_what_it_assumes_without(
    tmp_path: Path, sample_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, path = tmp_path / "m.yaml", str(file(tmp_path, row(1)))
    mapping.write_text(MAPPING)
    call_command("import_register", path, "--mapping", str(mapping), "--as-of", "2024-12-31")
    assert told() == [("idea", SECOND, True)]
    with pytest.raises(CommandError, match="An older file"):
        call_command("import_register", path, "--mapping", str(mapping), "--as-of", "2023-12-31")
    with pytest.raises(CommandError, match="is no day; write it as 2024-12-31"):
        call_command("import_register", path, "--mapping", str(mapping), "--as-of", "31.12.2024")
    assert "--as-of" not in capsys.readouterr().out
    federal = str(sample_data / FEDERAL["us-federal-2023"])
    call_command("import_register", federal, "--profile", "us-federal-2023", "--dry-run")
    assert "--as-of 2023-12-31 says that it tells of then" in capsys.readouterr().out
