"""The drop zone and attesting: what a file is shown to be before anything is kept, and what becomes of it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from readiness.connectors.registry import IMPORTERS
from readiness.evidence.models import Delivery, Observation, Payload, Run, Source
from tests.people import Organisation
from tests.readiness.evidence.brought import a_file, make_chat, make_hall, vllm, work_off
from tests.readiness.workloads.pages import HX, html, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
URL = "/evidence/upload/"
INSPECT = "/evidence/upload/inspect/"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


def nothing_kept(folder: Path) -> bool:
    rows = [model.objects.exists() for model in (Delivery, Payload, Run, Observation, Source)]
    return not any(rows) and not [path for path in folder.rglob("*") if path.is_file()]


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.json", content)
    return packed.getvalue()


def test_what_a_file_is_is_shown_before_anything_is_kept(organisation: Organisation, signed_in: SignIn, media: Path) -> None:
    files = [
        a_file(),
        a_file(vllm(completed=0, failed=400), "failed.json"),
        a_file(zipped(one=vllm(), two=vllm(request_rate=8.0, request_throughput=8.0)), "sweep.zip"),
        a_file(b"color,size\nred,1\n", "table.csv"),
    ]
    page = words(signed_in("Paula").post(INSPECT, {"file": files}, headers=HX))
    assert "3 of 4 files are recognised nothing is kept yet" in page
    for said in ("vLLM bench", "values", "1 run, flawed", "Archive of result files", "2 runs", "In it: one.json, two.json"):
        assert said in page, said
    assert "No known format What was looked for" in page
    assert nothing_kept(media)


def test_of_a_large_file_the_beginning_is_enough(organisation: Organisation, signed_in: SignIn) -> None:
    told = {"file": a_file(vllm()[:-20]), "size": "3000000000"}
    page = words(signed_in("Paula").post(INSPECT, told, headers=HX))
    assert "vLLM bench" in page
    assert "3 GB" in page.replace("\u202f", " ")
    assert "How much it holds is known once it has been read" in page


def test_a_format_that_nobody_has_seen_is_marked_so(organisation: Organisation, signed_in: SignIn) -> None:
    text = Path("tests/readiness/connectors/nccl_tests/fixtures/one.txt").read_bytes()
    page = words(signed_in("Paula").post(INSPECT, {"file": a_file(text, "all_reduce.txt")}, headers=HX))
    assert "nccl-tests" in page
    assert "unproven format" in page


def test_the_same_file_again_says_when_it_came(organisation: Organisation, signed_in: SignIn) -> None:
    client, chat = signed_in("Paula"), make_chat(organisation)
    client.post(URL, {"file": a_file(), "about": "workload", "workload": str(chat.pk)})
    work_off()
    again = {"file": a_file(name="renamed.json")}
    assert "The same file was delivered before: result.json" in words(client.post(INSPECT, again, headers=HX))
    cut = {"file": a_file(vllm()[:300], "cut.json"), "size": str(len(vllm())), "sha256": hashlib.sha256(vllm()).hexdigest()}
    assert "delivered before" in words(client.post(INSPECT, cut, headers=HX)), "told by its digest"
    assert "delivered before" not in words(signed_in("Lars").post(INSPECT, {"file": a_file()}, headers=HX)), "not to strangers"
    answer = client.post(URL, {"file": a_file(), "about": "workload", "workload": str(chat.pk)}, follow=True)
    work_off()
    assert "Nothing new: its 1 run was delivered before" in words(client.get(answer.redirect_chain[-1][0]))


def test_a_file_is_kept_read_and_its_delivery_shows_what_came_of_it(organisation: Organisation, signed_in: SignIn) -> None:
    client, chat = signed_in("Paula"), make_chat(organisation)
    sent = {"file": a_file(), "about": "workload", "workload": str(chat.pk), "stage": "pilot", "venue": "public_cloud",
            "accelerators": "2", "data_real": "no", "note": "First sweep"}  # fmt: skip
    answer = client.post(URL, sent)
    row = Delivery.objects.get()
    assert answer["Location"] == f"/evidence/deliveries/{row.pk}/"
    assert row.environment == {"stage": "pilot", "venue": "public_cloud", "accelerators": 2, "data_real": False}
    waiting = html(client.get(answer["Location"]))
    assert f'hx-get="/evidence/deliveries/{row.pk}/progress/"' in waiting
    assert "You can leave this page" in waiting
    assert "waiting to start" in words(client.get(f"{answer['Location']}progress/", headers=HX))
    work_off()
    assert client.get(f"{answer['Location']}progress/", headers=HX)["HX-Refresh"] == "true"
    page = words(client.get(answer["Location"]))
    for said in ("1 new run", "new values", "Sound", "First sweep", "Public cloud", "synthetic data", "vLLM bench", "Chat"):
        assert said in page, said
    assert f"/evidence/runs/{Run.objects.get().pk}/" in html(client.get(answer["Location"]))
    assert "First sweep" in words(signed_in("Vera").get(answer["Location"]))
    assert signed_in("Lars").get(answer["Location"]).status_code == 404


def test_many_files_at_once_each_stands_for_itself(organisation: Organisation, signed_in: SignIn) -> None:
    client, hall = signed_in("Iris"), make_hall(organisation)
    files = [a_file(vllm(request_rate=float(rate)), f"rate-{rate}.json") for rate in (1, 2, 3)]
    sent = {"file": [*files, a_file(b"", "empty.json")], "about": "pool", "pool": str(hall.pk)}
    answer = client.post(URL, sent, follow=True)
    assert Delivery.objects.filter(pool=hall).count() == 3
    page = words(answer)
    assert "3 files are kept and are being read." in page
    assert "empty.json: The file is empty." in page
    assert "3 deliveries, 3 of them not over yet" in page
    assert 'hx-trigger="every 3s"' in html(answer)
    work_off()
    after = html(client.get(answer.redirect_chain[-1][0]))
    assert 'hx-trigger="every 3s"' not in after


def test_what_is_missing_is_said_and_what_was_typed_is_kept(organisation: Organisation, signed_in: SignIn) -> None:
    client, chat = signed_in("Paula"), make_chat(organisation)
    bare = client.post(URL, {"about": "workload", "workload": str(chat.pk), "model": "Llama 3.1 8B"})
    assert bare.status_code == 422
    assert "Choose a file, or drop one here." in words(bare)
    assert 'value="Llama 3.1 8B"' in html(bare)
    nobody = client.post(URL, {"file": a_file(), "about": "workload"})
    assert "Choose the workload that was measured." in words(nobody)
    tomorrow = (clock.today() + timedelta(days=3)).isoformat()
    ahead = client.post(URL, {"file": a_file(), "about": "workload", "workload": str(chat.pk), "measured_on": tomorrow})
    assert "This lies in the future." in words(ahead)
    unit = client.post(URL, {"file": a_file(), "about": "neither"})
    assert "Choose the unit whose evidence it is." in words(unit)
    assert not Delivery.objects.exists()


def test_evidence_of_a_unit_alone(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    sent = {"file": a_file(), "about": "neither", "unit": str(organisation.units["Stores"].pk)}
    assert client.post(URL, sent).status_code == 302
    assert Delivery.objects.get().unit == organisation.units["Stores"]
    other = sent | {"file": a_file(), "unit": str(organisation.units["Logistics"].pk)}
    assert client.post(URL, other).status_code == 422


def test_without_scripts_one_looks_first_and_chooses_again(organisation: Organisation, signed_in: SignIn, media: Path) -> None:
    client, chat = signed_in("Paula"), make_chat(organisation)
    kept = Source.objects.count()
    looked = client.post(URL, {"file": a_file(), "look": "1", "about": "workload", "workload": str(chat.pk), "stage": "poc"})
    assert looked.status_code == 200
    page = words(looked)
    assert "1 file is recognised" in page
    assert "choose the same ones again" in page
    assert '<option value="poc" selected>' in html(looked)
    assert "is-invalid" not in html(looked)
    assert (Source.objects.count(), Delivery.objects.count()) == (kept, 0)
    assert f'<option value="{chat.pk}" selected>' in html(looked)


def test_an_address_chooses_the_subject_in_advance(organisation: Organisation, signed_in: SignIn) -> None:
    chat, hall, client = make_chat(organisation), make_hall(organisation), signed_in("Iris")
    assert f'<option value="{chat.pk}" selected>' in html(client.get(URL, {"workload": chat.pk}))
    assert f'<option value="{hall.pk}" selected>' in html(client.get(URL, {"pool": hall.pk}))
    hidden = make_chat(organisation, "Logistics", "Routes")
    assert "Routes" not in html(client.get(URL, {"workload": hidden.pk}))
    assert client.get(URL, {"workload": "1" * 40, "pool": "x"}).status_code == 200


def test_owners_bring_for_their_own_and_viewers_nothing(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation, owner=organisation.people["Otto"])
    make_chat(organisation, name="Another")
    owner = signed_in("Otto")
    page = html(owner.get(URL))
    assert "Chat of Stores" in page
    assert "Another" not in page
    assert owner.post(URL, {"file": a_file(), "about": "workload", "workload": str(chat.pk)}).status_code == 302
    viewer = signed_in("Vera")
    assert "You may not bring evidence in" in words(viewer.get(URL))
    assert viewer.post(URL, {"file": a_file(), "about": "workload", "workload": str(chat.pk)}).status_code == 403
    assert viewer.post(INSPECT, {"file": a_file()}).status_code == 403
    assert Delivery.objects.count() == 1


def test_every_tool_whose_files_are_read_is_named(signed_in: SignIn) -> None:
    page = words(signed_in("Paula").get(URL))
    assert f"{len(IMPORTERS)} tools whose files are read" in page
    for one in IMPORTERS:
        assert one.label in page


# --- attesting ---------------------------------------------------------------------------------------------------------------


def figure(**changed: Any) -> dict[str, Any]:
    return {
        "metric": "availability", "value": "99.95", "unit_of": "%", "statistic": "mean", "window": "30d",
        "observed_on": "2026-11-01", "about": "workload", "who": "Ada King, operations",
        "note": "Counted from the duty log.", "stage": "production",
        "file": SimpleUploadedFile("report.pdf", b"%PDF-1.7 a report"), **changed,
    }  # fmt: skip


def test_somebody_attests_a_figure_with_its_file(organisation: Organisation, signed_in: SignIn) -> None:
    client, chat = signed_in("Paula"), make_chat(organisation)
    answer = client.post("/evidence/attest/", figure(workload=str(chat.pk)), follow=True)
    row = Delivery.objects.get()
    assert answer.redirect_chain[-1][0] == f"/evidence/deliveries/{row.pk}/"
    page = words(answer)
    assert "attested by Ada King, operations" in page
    assert "Ada King, operations: Counted from the duty log." in page
    told = Observation.objects.get()
    assert told.value == pytest.approx(0.9995)
    assert f"/evidence/payloads/{Payload.objects.get().pk}/" in html(answer)
    assert row.environment == {"stage": "production"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"unit_of": "MB"}, "no unit of availability"),
        ({"value": "120"}, "availability"),
        ({"statistic": "percentile"}, "Say which percentile."),
        ({"percentile": "95"}, "Only a percentile has one."),
        ({"window": "a month"}, "is no time"),
        ({"observed_on": "2199-01-01"}, "future"),
        ({"who": ""}, "This field is required."),
        ({"file": SimpleUploadedFile("empty.pdf", b"")}, "The file is empty."),
        ({"metric": "cost_per_hour", "unit_of": "money/h", "value": "3"}, "currency"),
    ],
)  # fmt: skip
def test_what_cannot_be_attested_is_said_by_its_field(
    organisation: Organisation, signed_in: SignIn, changed: dict[str, Any], says: str
) -> None:  # fmt: skip
    client, chat = signed_in("Paula"), make_chat(organisation)
    answer = client.post("/evidence/attest/", figure(workload=str(chat.pk), **changed))
    assert answer.status_code == 422
    assert says in words(answer)
    assert "Counted from the duty log." in html(answer)
    assert not Observation.objects.exists()


def test_nothing_is_attested_of_a_unit_or_by_who_may_not(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    page = html(signed_in("Paula").get("/evidence/attest/"))
    assert 'value="neither"' not in page
    assert json.loads(page.split('id="units-by-metric" type="application/json">')[1].split("<")[0])["ttft"][0] == "s"
    assert signed_in("Vera").post("/evidence/attest/", figure(workload=str(chat.pk))).status_code == 403
    assert signed_in("Lars").post("/evidence/attest/", figure(workload=str(chat.pk))).status_code == 422
    assert not Delivery.objects.exists()
