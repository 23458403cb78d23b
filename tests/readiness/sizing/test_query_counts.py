"""The committed number of SQL statements of each page and API list of sizing, the same at 10, 50 and 1,000 workloads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.services.results import recompute
from tests.people import Organisation
from tests.readiness.sizing.making import HX, SWEEP, SignIn, accelerator, make_pool, many, model, text_of
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
MOST = {"list": 12, "live": 15, "live refresh": 15, "panel": 15, "API list": 12, "API options": 6, "API measurements": 6}
pytestmark = pytest.mark.django_db


def pages(option: SizingOption, measurement: Measurement) -> dict[str, tuple[str, dict[str, str]]]:
    workload = option.workload_id
    return {
        "list": ("/sizing/", {}),
        "list filtered": ("/sizing/?verdict=met&sort=-need&q=Service", HX | {"HX-Target": "results"}),
        "orders": ("/sizing/order-by/", HX),
        "export csv": ("/sizing/export/csv/", {}),
        "export json": ("/sizing/export/json/", {}),
        "live": (f"/workloads/{workload}/sizing/", {}),
        "live refresh": (f"/workloads/{workload}/sizing/?arrival_per_s=3", HX | {"HX-Target": "answer"}),
        "panel": (f"/workloads/{workload}/sizing/panel/", HX),
        "sentence": (f"/workloads/{workload}/sizing/sentence/", HX),
        "models": (f"/workloads/{workload}/models/", {}),
        "option": (f"/sizing/options/{option.pk}/", {}),
        "results": (f"/sizing/options/{option.pk}/results/", {}),
        "measurements": ("/measurements/", {}),
        "measurement": (f"/measurements/{measurement.pk}/", {}),
        "API list": ("/api/v1/sizing/", {}),
        "API live": (f"/api/v1/workloads/{workload}/sizing/", {}),
        "API options": ("/api/v1/sizing-options/?page_size=1000", {}),
        "API results": (f"/api/v1/sizing-options/{option.pk}/results/", {}),
        "API measurements": ("/api/v1/measurements/?page_size=1000", {}),
    }


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    measurement = _fill(organisation, rows)
    option = SizingOption.objects.order_by("id")[0]
    client = signed_in("Paula")
    found = {}
    for name, (path, headers) in pages(option, measurement).items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path, headers=headers)
            text_of(answer)
        assert answer.status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS


def test_the_committed_counts_keep_the_bars() -> None:
    assert {name: COUNTS[name] for name, most in MOST.items() if COUNTS[name] > most} == {}


def _fill(organisation: Organisation, rows: int) -> Measurement:
    """`rows` workloads with a sized option each, of which the first workload has several; pools and measurements beside."""
    pool = make_pool(organisation, size=64)
    options = many(organisation, rows)
    first = options[0]
    SizingOption.objects.bulk_create(
        SizingOption(
            workload_id=first.workload_id, initiative_id=first.initiative_id, label=f"More {n}", approach="self_hosted",
            model=model(), accelerator=accelerator(), accelerators=n + 1, pool=pool,
        )
        for n in range(min(rows, 40) // 5)
    )  # fmt: skip
    recompute(SizingOption.objects.values_list("id", flat=True))
    made = Measurement.objects.bulk_create(
        Measurement(unit=organisation.units["Retail"], name=f"Sweep {n}", points=SWEEP, model=model(), accelerator=accelerator())
        for n in range(rows)
    )
    return made[0]
