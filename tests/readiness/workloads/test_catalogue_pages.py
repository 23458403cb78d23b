"""The catalogues' pages, files and API: read by all, changed by architects and administrators of the whole, under audit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.services import assign_role
from portfolio.activity.models import AuditEntry
from portfolio.outbox.models import Event
from readiness.workloads.models import Accelerator, CatalogueModel
from tests.people import SYSTEM, Organisation
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_catalogue.json").read_text())
LISTS = ("/catalogue/accelerators/", "/catalogue/models/")


@pytest.fixture
def architect(organisation: Organisation, signed_in: SignIn) -> Client:
    """Iris with the whole organisation."""
    assign_role(by=SYSTEM, user=organisation.people["Iris"], role=Role.ARCHITECT, unit=None)
    return signed_in("Iris")


def words(client: Client, url: str) -> str:
    """A page's text without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get(url).content.decode()))


def h100(**values: Any) -> dict[str, Any]:
    """The form of a row that is filled in."""
    return {
        "name": "H100 SXM", "vendor": "NVIDIA", "memory_gib": "80", "bandwidth_gb": "3350", "tflops_bf16": "989",
        "tflops_fp8": "1979", "power_w": "700", "price_low": "2", "price_likely": "3", "price_high": "7",
        "price_currency": "USD", "aliases": "H100; H100-SXM-80GB", "source": "Data sheet", "as_of": "2025-06-30",
    } | values  # fmt: skip


def test_everybody_reads_the_tables_and_sees_what_nobody_verified(organisation: Organisation, signed_in: SignIn) -> None:
    page = signed_in("Vera").get("/catalogue/accelerators/").content.decode()
    assert "H100 SXM" in page
    assert "3,350 GB/s" in words(signed_in("Vera"), "/catalogue/accelerators/")
    assert "not verified" in page
    assert "/edit/" not in page
    models = words(signed_in("Vera"), "/catalogue/models/")
    assert "128 KiB" in models  # Llama 3 8B: 131,072 bytes
    assert "61 x latent 576" in models
    assert signed_in("").get("/catalogue/models/").status_code == 302
    assert signed_in("Vera").get("/catalogue/").headers["Location"] == "/catalogue/accelerators/"
    assert signed_in("Vera").get("/catalogue/else/").status_code == 404


def test_the_filters_narrow_the_table(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Vera")
    Accelerator.objects.filter(key="t4").update(retired=True)
    assert 'id="t4"' not in client.get("/catalogue/accelerators/").content.decode()
    assert 'id="t4"' in client.get("/catalogue/accelerators/?retired=yes").content.decode()
    page = client.get("/catalogue/models/?q=deepseek&offered_as=self_hosted").content.decode()
    assert 'id="deepseek-v3"' in page
    assert 'id="gpt-4o"' not in page
    assert "No row of the catalogue" in client.get("/catalogue/models/?q=nothing-like-it").content.decode()


def test_an_architect_of_the_whole_changes_a_row_and_the_trail_says_so(architect: Client) -> None:
    assert architect.get("/catalogue/accelerators/h100-sxm/edit/").status_code == 200
    answer = architect.post("/catalogue/accelerators/h100-sxm/edit/", h100(bandwidth_gb="3300", verified="on"))
    assert answer.status_code == 302
    row = Accelerator.objects.get(key="h100-sxm")
    assert (row.bandwidth, row.memory_bytes, row.verified) == (3.3e12, 80 * 2**30, True)
    entry = AuditEntry.objects.filter(object_type="workloads_accelerator", action="change").latest("id")
    assert (entry.actor, entry.after and entry.after["bandwidth"]) == ("Iris Test", 3.3e12)
    assert Event.objects.filter(kind="catalogue.changed").latest("id").payload == {"accelerator_ids": [row.pk]}


def test_saving_a_form_as_it_was_changes_nothing(architect: Client) -> None:
    before = Event.objects.count()
    for name, model in (("accelerators", Accelerator), ("models", CatalogueModel)):
        for row in model.objects.all():
            url = f"/catalogue/{name}/{row.key}/edit/"
            form = architect.get(url).context["form"]
            sent = {field.name: field.value() for field in form if field.value() not in (None, False)}
            assert architect.post(url, sent).status_code == 302, row.key
    assert Event.objects.count() == before


def test_nobody_else_may_change_or_import(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("Iris", "Paula", "Gita", "Vera"):  # Iris is the architect of one unit only
        client = signed_in(name)
        assert client.post("/catalogue/accelerators/l4/edit/", h100()).status_code == 403
        assert client.post("/catalogue/models/new/", {"key": "x"}).status_code == 403
        assert client.get("/catalogue/models/import/").status_code == 403
    assert signed_in("Ada").get("/catalogue/models/import/").status_code == 200
    assert Accelerator.objects.get(key="l4").name == "L4"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price_low": "9"}, "price_likely"),
        ({"price_currency": ""}, "price_currency"),
        ({"price_currency": "usd"}, "price_currency"),
        ({"memory_gib": "0"}, "memory_gib"),
        ({"verified": "on", "source": ""}, "source"),
        ({"bandwidth_gb": "fast"}, "bandwidth_gb"),
        ({"key": "l4"}, "key"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_kept(architect: Client, wrong: dict[str, str], field: str) -> None:
    answer = architect.post("/catalogue/accelerators/new/", h100(key="ours") | wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "NVIDIA" in answer.content.decode()
    assert not Accelerator.objects.filter(key="ours").exists()


def test_a_model_is_added_with_its_layers_and_retired_again(architect: Client) -> None:
    form = {
        "key": "ours-7b", "name": "Ours 7B", "offered_as": "self_hosted", "task": "generate", "parameters_b": "7.2",
        "active_parameters_b": "7.2", "precision": "bf16", "source": "Our training run",
        "layers": '[{"count": 32, "kv_heads": 8, "head_dim": 128}]',
    }  # fmt: skip
    assert architect.post("/catalogue/models/new/", form | {"layers": "32"}).status_code == 422
    assert architect.post("/catalogue/models/new/", form).status_code == 302
    assert "128 KiB" in words(architect, "/catalogue/models/?q=ours-7b")
    assert architect.post("/catalogue/models/ours-7b/edit/", form | {"retired": "on"}).status_code == 302
    assert CatalogueModel.objects.get(key="ours-7b").retired


def test_a_file_changes_all_its_rows_or_none(architect: Client) -> None:
    def upload(text: str, name: str = "rows.yaml") -> Any:
        return architect.post("/catalogue/accelerators/import/", {"file": SimpleUploadedFile(name, text.encode())})

    bad = upload("- {key: l4, power_w: 75}\n- {key: l40s, power_w: hot}\n- {key: ours, price_low: 1}\n")
    assert bad.status_code == 422
    page = bad.content.decode()
    assert "want a number" in page
    assert "A price needs its currency" in page
    assert Accelerator.objects.get(key="l4").power_w == 72
    assert upload("- {key: l4, power_w: 75}\n- {key: l40s, power_w: 350}\n- {key: ours, name: Ours}\n").status_code == 302
    assert Accelerator.objects.get(key="l4").power_w == 75
    assert Accelerator.objects.get(key="l4").memory_bytes == 24 * 2**30
    assert Accelerator.objects.get(key="ours").memory_bytes is None
    assert upload("key,power_w\nl4,72\n", "rows.csv").status_code == 302
    assert Accelerator.objects.get(key="l4").power_w == 72
    for text, name in (("key", "rows.exe"), ("", "rows.yaml")):
        assert upload(text, name).status_code == 422


@pytest.mark.parametrize("fmt", ["csv", "json", "yaml"])
@pytest.mark.parametrize("name", ["accelerators", "models"])
def test_an_export_imports_again_without_a_change(architect: Client, name: str, fmt: str) -> None:
    answer = architect.get(f"/catalogue/{name}/export/{fmt}/")
    text = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    events = Event.objects.count()
    file = SimpleUploadedFile(f"rows.{fmt}", text)
    assert architect.post(f"/catalogue/{name}/import/", {"file": file}).status_code == 302
    assert Event.objects.count() == events
    assert architect.get(f"/catalogue/{name}/export/exe/").status_code == 404


def test_the_api_reads_with_one_scope_and_writes_with_another_at_the_root(
    organisation: Organisation, api: Callable[..., Client]
) -> None:
    reader = api(Scope.WORKLOADS_READ)
    found = reader.get("/api/v1/models/?q=llama-3-8b").json()["results"]
    assert [(row["key"], row["kv_bytes_per_token"], row["verified"]) for row in found] == [("llama-3-8b", 131072, False)]
    assert reader.get("/api/v1/accelerators/h100-sxm/").json()["memory_bytes"] == 80 * 2**30
    assert reader.get("/api/v1/accelerators/none-such/").status_code == 404
    assert reader.get("/api/v1/accelerators/?colour=red").status_code == 400
    assert reader.get("/api/v1/accelerators/?verified=maybe").status_code == 400
    assert reader.patch("/api/v1/accelerators/l4/", {"power_w": 1}, "application/json").status_code == 403
    assert api(Scope.INITIATIVES_READ).get("/api/v1/models/").status_code == 403
    narrow = api(Scope.WORKLOADS_WRITE, unit="Retail")
    assert narrow.patch("/api/v1/accelerators/l4/", {"power_w": 1}, "application/json").status_code == 403
    writer = api(Scope.WORKLOADS_WRITE)
    assert writer.patch("/api/v1/accelerators/l4/", {"power_w": 75.0}, "application/json").json()["power_w"] == 75
    refused = writer.patch("/api/v1/models/llama-3-8b/", {"layers": [{"count": 3}]}, "application/json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"].startswith("/layers")


def test_the_api_adds_rows_one_by_one_and_from_a_file(organisation: Organisation, api: Callable[..., Client]) -> None:
    writer = api(Scope.WORKLOADS_WRITE)
    made = writer.post("/api/v1/accelerators/", {"key": "ours", "name": "Ours"}, "application/json")
    assert (made.status_code, made.json()["memory_bytes"]) == (201, None)
    assert writer.post("/api/v1/accelerators/", {"key": "ours", "name": "Ours"}, "application/json").status_code == 400
    text = "key,name,power_w\nours,Ours,300\nl4,L4,72\n"
    answer = writer.post("/api/v1/accelerators/import/", {"form": "csv", "text": text}, "application/json")
    assert answer.json() == {"added": [], "changed": ["ours"], "same": ["l4"], "errors": []}
    answer = writer.post("/api/v1/accelerators/import/", {"form": "csv", "text": "key,power_w\nl4,x\n"}, "application/json")
    assert (answer.status_code, answer.json()["errors"][0]["line"]) == (422, 2)


def test_the_hub_of_administration_leads_to_the_catalogues(organisation: Organisation, signed_in: SignIn) -> None:
    assert 'href="/catalogue/"' in signed_in("Ada").get("/account/administration/").content.decode()


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_list_asks_more_than_committed(
    organisation: Organisation, signed_in: SignIn, api: Callable[..., Client], rows: int
) -> None:
    Accelerator.objects.bulk_create(Accelerator(key=f"row-{n}", name=f"A {n}") for n in range(rows))
    CatalogueModel.objects.bulk_create(CatalogueModel(key=f"row-{n}", name=f"M {n}", offered_as="api") for n in range(rows))
    browser, token = signed_in("Ada"), api(Scope.WORKLOADS_READ)
    urls = [*LISTS, "/catalogue/models/?q=M", *(f"/catalogue/{n}/export/csv/" for n in ("accelerators", "models"))]
    found = {}
    for client, paths in ((browser, urls), (token, ("/api/v1/accelerators/", "/api/v1/models/?page_size=1000"))):
        client.get(paths[0])
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path)
                b"".join(answer) if answer.streaming else answer.content
            found[path] = len(queries)
    assert found == COUNTS
