"""The import wizard in the portal, with forms alone: file, mapping, preview, publish, report."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.initiatives.models import ImportRow, ImportRun, Initiative, Register
from portfolio.kit import clock
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.portfolio.initiatives.importing import FEDERAL, row, run_jobs, write_csv

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def upload(client: Client, path: Path, source: str = "") -> Any:
    return client.post("/imports/new/", {"file": SimpleUploadedFile(path.name, path.read_bytes()), "source": source})


def form_of(page: Any) -> dict[str, str]:
    """What a browser would send back of the page's big form, unchanged."""
    html = page.content.decode()
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not name or (kind and kind[1] in ("checkbox", "file", "radio") and "checked" not in tag):
            continue
        sent[unescape(name[1])] = unescape(value[1]) if value else ("on" if kind and kind[1] == "checkbox" else "")
    for name_of, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', html, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"([^>]*)>', body)
        chosen = next((value for value, rest in options if "selected" in rest), options[0][0] if options else "")
        sent[unescape(name_of)] = unescape(chosen)
    return {name: value for name, value in sent.items() if name not in ("csrfmiddlewaretoken", "q")}


def test_a_register_goes_from_file_to_report_by_forms_alone(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    paula = signed_in("Paula")
    file = write_csv(tmp_path / "ideas 2025.csv", [row(1), row(2, Stage="Pilot"), row(3, Name=""), row(4, Stage="Stopped")])
    answer = upload(paula, file)
    assert answer.status_code == 302
    mapping = paula.get(answer["Location"])
    assert mapping.status_code == 200
    assert "Initiative 1" in mapping.content.decode(), "examples of each column are shown"
    sent = form_of(mapping)
    assert sent["column-1"] == "name"
    assert sent["stage-value-0"] == "idea", "the template's own words are recognised"
    stopped = next(name for name, value in sent.items() if value == "Stopped").replace("raw", "value")
    sent |= {"unit": str(organisation.units["Stores"].pk), "register": "Store ideas", stopped: "closed"}
    sent |= {"expected_value-unit": "EUR"}
    assert not ImportRow.objects.exists()

    saved = paula.post(answer["Location"], sent)
    assert saved.status_code == 302, unescape(re.sub("<[^>]*>", " ", saved.content.decode()))[:3000]
    page = saved["Location"]
    assert "The file is being read" in paula.get(page).content.decode()
    run_jobs()
    preview = paula.get(page).content.decode()
    assert "3 initiatives would be written" in preview
    assert "required, and the cell is blank" in preview
    assert not Initiative.objects.exists()

    assert paula.post(f"{page}publish/").status_code == 302
    run_jobs()
    report = paula.get(page).content.decode()
    assert "3 initiatives were written" in report
    assert Initiative.objects.filter(register__name="Store ideas", status="closed").count() == 1
    assert Initiative.objects.filter(unit__path__startswith=organisation.units["Stores"].path).count() == 3
    csv = b"".join(paula.get(f"{page}issues/?kind=rejected").streaming_content).decode()  # type: ignore[attr-defined]
    assert '4,"rejected","name"' in csv
    assert paula.get(f"{page}report/").json()["rows"] == 4
    listed = paula.get("/imports/").content.decode()
    assert "Store ideas" in listed
    assert "ideas 2025.csv" in listed


def test_a_known_register_shows_its_value_map_and_imports_as_it_is(
    signed_in: SignedIn, organisation: Organisation, sample_data: Path
) -> None:
    ada = signed_in("Ada")
    answer = upload(ada, sample_data / FEDERAL["us-federal-2024"], "profile:us-federal-2024")
    page = ada.get(answer["Location"])
    assert "Operation and Maintenance" in page.content.decode()
    sent = form_of(page)
    assert (sent["register"], sent["unit"], sent["unit_name"]) == ("us-federal-2024", "", "US federal government")
    saved = ada.post(answer["Location"], sent)
    assert saved.status_code == 302
    run_jobs()
    run = ImportRun.objects.get()
    assert (run.counts["created"], run.counts["rejected"], run.counts["unread"]) == (2133, 0, 394)
    preview = ada.get(saved["Location"])
    assert "2133 initiatives would be written" in preview.content.decode().replace(",", "")


def test_the_profile_survives_the_form_so_a_second_import_changes_nothing(
    signed_in: SignedIn, organisation: Organisation, sample_data: Path
) -> None:
    from tests.portfolio.initiatives.importing import publish

    publish(sample_data / FEDERAL["us-federal-2023"], profile="us-federal-2023")
    ada = signed_in("Ada")
    answer = upload(ada, sample_data / FEDERAL["us-federal-2023"], "profile:us-federal-2023")
    ada.post(answer["Location"], form_of(ada.get(answer["Location"])))
    run_jobs()
    run = ImportRun.objects.latest("id")
    assert (run.counts["unchanged"], run.counts["updated"]) == (710, 0)


def test_a_newer_file_starts_from_the_registers_own_mapping(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    from tests.portfolio.initiatives.importing import publish

    publish(write_csv(tmp_path / "a.csv", [row(1)]), unit=organisation.units["Retail"])
    register = Register.objects.get()
    paula = signed_in("Paula")
    answer = upload(paula, write_csv(tmp_path / "b.csv", [row(1, Purpose="Other")]), f"register:{register.pk}")
    sent = form_of(paula.get(answer["Location"]))
    assert (sent["register"], sent["key"], sent["expected_value-unit"]) == ("small", "external_id", "EUR")
    paula.post(answer["Location"], sent)
    run_jobs()
    assert ImportRun.objects.latest("id").counts["updated"] == 1


def test_the_order_of_unit_levels_is_the_persons(signed_in: SignedIn, organisation: Organisation, tmp_path: Path) -> None:
    paula = signed_in("Paula")
    path = tmp_path / "levels.csv"
    path.write_text("Bureau,Name,Department\nB1,One,D1\n")
    answer = upload(paula, path)
    sent = form_of(paula.get(answer["Location"]))
    assert (sent["unit-level-0"], sent["unit-level-1"]) == ("1", "2")
    paula.post(answer["Location"], sent | {"unit-level-0": "2", "unit-level-1": "1"})
    assert ImportRun.objects.get().mapping["fields"]["unit"]["columns"] == ["Department", "Bureau"]


def test_bad_input_is_told_and_nothing_that_was_typed_is_lost(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    paula = signed_in("Paula")
    empty = paula.post("/imports/new/", {"file": SimpleUploadedFile("e.csv", b"")})
    assert empty.status_code == 422
    assert "The file is empty" in empty.content.decode()
    answer = upload(paula, write_csv(tmp_path / "a.csv", [row(1)]))
    sent = form_of(paula.get(answer["Location"])) | {"column-1": "", "register": "Kept words"}
    wrong = paula.post(answer["Location"], sent)
    assert wrong.status_code == 422
    html = wrong.content.decode()
    assert "the field name is missing" in html
    assert "Kept words" in html
    assert form_of(wrong)["column-1"] == ""


def test_a_hostile_workbook_says_why_it_is_refused(signed_in: SignedIn, organisation: Organisation, tmp_path: Path) -> None:
    paula = signed_in("Paula")
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    answer = upload(paula, path)
    page = paula.get(answer["Location"])
    assert page.status_code == 422
    assert "archive" in page.content.decode()


def test_progress_ends_in_a_whole_page(signed_in: SignedIn, organisation: Organisation, tmp_path: Path) -> None:
    paula = signed_in("Paula")
    answer = upload(paula, write_csv(tmp_path / "a.csv", [row(1)]))
    paula.post(answer["Location"], form_of(paula.get(answer["Location"])))
    run = ImportRun.objects.get()
    bar = paula.get(f"/imports/{run.pk}/progress/", headers={"HX-Request": "true"})
    assert "hx-trigger" in bar.content.decode()
    run_jobs()
    done = paula.get(f"/imports/{run.pk}/progress/", headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    assert paula.get(f"/imports/{run.pk}/progress/").status_code == 302, "without JavaScript the link leads to the page"


def test_a_job_that_died_is_said_instead_of_progress_for_ever(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    paula = signed_in("Paula")
    answer = upload(paula, write_csv(tmp_path / "a.csv", [row(1)]))
    paula.post(answer["Location"], form_of(paula.get(answer["Location"])))
    Job.objects.update(dead_at=clock.now(), last_error="RuntimeError: secret detail")
    html = paula.get(f"/imports/{ImportRun.objects.get().pk}/").content.decode()
    assert "failed several times" in html
    assert "secret detail" not in html


def test_who_may_not_import_sees_neither_the_door_nor_the_room(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    answer = upload(signed_in("Paula"), write_csv(tmp_path / "a.csv", [row(1)]))
    where = answer["Location"]
    run = ImportRun.objects.get()
    vera, lars = signed_in("Vera"), signed_in("Lars")
    assert upload(vera, tmp_path / "a.csv").status_code == 403
    assert "Import a register" not in vera.get("/imports/").content.decode()
    assert vera.get(where).status_code == 403
    for verb in ("publish", "cancel"):
        assert vera.post(f"/imports/{run.pk}/{verb}/").status_code == 403
        assert lars.post(f"/imports/{run.pk}/{verb}/").status_code == 404
    assert lars.get(where).status_code == 404
    assert "a.csv" not in lars.get("/imports/").content.decode()
    assert ImportRun.objects.count() == 1


def test_another_units_register_cannot_be_chosen(signed_in: SignedIn, organisation: Organisation, tmp_path: Path) -> None:
    paula = signed_in("Paula")
    answer = upload(paula, write_csv(tmp_path / "a.csv", [row(1)]))
    sent = form_of(paula.get(answer["Location"])) | {"unit": str(organisation.units["Logistics"].pk)}
    assert paula.post(answer["Location"], sent).status_code == 422
    assert ImportRun.objects.get().state == "uploaded"


def test_amounts_are_hidden_from_a_viewer_on_the_page_and_in_the_files(
    signed_in: SignedIn, organisation: Organisation, tmp_path: Path
) -> None:
    from tests.portfolio.initiatives.importing import stage

    run = stage(
        write_csv(tmp_path / "a.csv", [row(1, Value="987654"), row(2, Value="USD 123987")]), unit=organisation.units["Retail"]
    )
    vera, paula = signed_in("Vera"), signed_in("Paula")
    for path in (f"/imports/{run.pk}/?show=created", f"/imports/{run.pk}/?show=issues"):
        assert "987" not in vera.get(path).content.decode()
    assert "987654" in paula.get(f"/imports/{run.pk}/?show=created").content.decode()
    assert "123987" not in vera.get(f"/imports/{run.pk}/report/").content.decode()
    assert b"123987" not in b"".join(vera.get(f"/imports/{run.pk}/issues/").streaming_content)  # type: ignore[attr-defined]


def test_an_empty_page_says_what_it_is_for(signed_in: SignedIn, organisation: Organisation) -> None:
    html = signed_in("Paula").get("/imports/").content.decode()
    assert "No register was imported yet" in html
    assert "/imports/new/" in html
