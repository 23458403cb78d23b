"""Each kind of source through a whole pull into the store: what comes counts once, and what came before is not brought again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from readiness.evidence.choices import DeliveryState, SourceKind
from readiness.evidence.models import Delivery, Latest, Observation, Payload, Run, Source
from readiness.evidence.services.sources import create_feed, create_source
from tests.people import SYSTEM, Organisation
from tests.readiness.connectors.http_file import store
from tests.readiness.connectors.kubernetes.test_connector import cluster, fixture_nodes, pod
from tests.readiness.connectors.mlflow.test_connector import METRICS, ended, tracking
from tests.readiness.connectors.opencost.test_connector import costing
from tests.readiness.connectors.scripted import DROPPED, Told, open_loopback, serving
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.pulling.world import pulled

pytestmark = pytest.mark.django_db
CONNECTORS = Path(__file__).parent.parent / "connectors"
ONE = (CONNECTORS / "http_file" / "fixtures" / "one.json").read_bytes()
OTHER = ONE.replace(b'"completed": ', b'"completed": 1', 1)


def source_of(organisation: Organisation, kind: str, config: dict[str, Any], ask: dict[str, Any], **more: Any) -> Source:
    source = create_source(by=SYSTEM, unit=organisation.units["Retail"], name=kind, kind=SourceKind(kind), config=config, **more)
    create_feed(by=SYSTEM, source=source, name="all", ask=ask, workload=make_chat(organisation))
    return source


def again(source: Source) -> Delivery:
    """A second pull, which must bring nothing that was there."""
    counted = (Run.objects.count(), Observation.objects.count(), Latest.objects.count())
    delivery = pulled(source)
    assert delivery.state == DeliveryState.DONE, delivery.error
    assert counted == (Run.objects.count(), Observation.objects.count(), Latest.objects.count())
    return delivery


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    watched = tmp_path / "watched"
    (watched / "nightly").mkdir(parents=True)
    settings.EVIDENCE_FOLDERS = {"results": str(watched)}
    return watched


def test_a_watched_folder(organisation: Organisation, folder: Path) -> None:
    (folder / "nightly/one.json").write_bytes(ONE)
    (folder / "nightly/notes.txt").write_bytes(b"words")
    source = source_of(organisation, "folder", {"folder": "results", "min_age_s": 0}, {"pattern": "*.json"})
    delivery = pulled(source)
    assert (delivery.state, delivery.error, delivery.runs) == (DeliveryState.DONE, "", 1)
    payload = Payload.objects.get()
    assert payload.size_bytes == len(ONE)
    assert "request_throughput" in payload.excerpt
    assert again(source).runs == 0
    (folder / "nightly/two.json").write_bytes(OTHER)
    assert pulled(source).runs == 1


def test_a_file_at_an_address(organisation: Organisation, settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "http_file")
    content = {"now": ONE}
    with serving(lambda asked: Told(content["now"], headers={"ETag": str(len(content["now"]))})) as server:
        source = source_of(organisation, "http_file", {"address": server.address}, {"path": "/latest.json"})
        assert pulled(source).runs == 1
        assert again(source).runs == 0
        fetched = [one.method for one in server.asked].count("GET")
        assert fetched == 1
        content["now"] = ONE + b"\n"
        delivery = pulled(source)
        assert (delivery.runs, delivery.runs_known) == (0, 1)  # another file with the same measurement


def test_a_bucket(organisation: Organisation, settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "http_file")
    objects = store.Store()
    objects.put("nightly/one.json", ONE, datetime.now(UTC) - timedelta(hours=1))
    with serving(objects) as server:
        config = {"address": server.address, "store": "s3", "access_id": store.ACCESS_ID, "region": store.REGION}
        ask = {"path": store.BUCKET, "prefix": "nightly/"}
        source = source_of(organisation, "http_file", config, ask, secrets={"secret_key": store.SECRET_KEY})
        delivery = pulled(source)
        assert (delivery.state, delivery.error, delivery.runs) == (DeliveryState.DONE, "", 1)
        assert again(source).runs == 0
        objects.put("nightly/two.json", OTHER)
        assert pulled(source).runs == 1
    assert objects.served == ["nightly/one.json", "nightly/two.json"]
    assert store.SECRET_KEY not in json.dumps(Source.objects.get(pk=source.pk).config)


def test_mlflow(organisation: Organisation, settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "mlflow")
    begun = int((datetime.now(UTC) - timedelta(hours=5)).timestamp() * 1000)
    listed = [ended(number, begun + number * 1000) for number in range(120)]
    with serving(tracking(listed)) as server:
        source = source_of(organisation, "mlflow", {"address": server.address}, {"experiments": "serving", "metrics": METRICS})
        delivery = pulled(source)
        assert (delivery.state, delivery.error, delivery.runs, delivery.observations) == (DeliveryState.DONE, "", 120, 120)
        assert again(source).runs_known == 120  # within the overlap
        listed.append(ended(500, begun + 10**6))
        assert pulled(source).runs == 1


def test_opencost(organisation: Organisation, settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "opencost")
    with serving(costing({"inference": 4.0})) as server:
        config = {"address": server.address, "currency": "EUR"}
        source = source_of(organisation, "opencost", config, {"first_days": 3})
        delivery = pulled(source)
        assert (delivery.state, delivery.error, delivery.runs) == (DeliveryState.DONE, "", 3)
        assert again(source).runs == 0
    hourly = Latest.objects.get(series__metric="cost_per_hour")
    assert (hourly.low, hourly.series.labels["currency"], hourly.series.labels["basis"]) == (4.0, "EUR", "allocation")


def test_kubernetes(organisation: Organisation, settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "kubernetes")
    lists: dict[str, Any] = {"pods": [pod("a", gpus=2)], "deployments": [], "statefulsets": [], "daemonsets": []}
    with serving(cluster(nodes=fixture_nodes(), **lists)) as server:
        ask = {"read": "workload", "namespace": "inference"}
        source = source_of(organisation, "kubernetes", {"address": server.address}, ask)
        delivery = pulled(source)
    assert (delivery.state, delivery.error, delivery.runs) == (DeliveryState.DONE, "", 1)
    run = Run.objects.get()
    assert run.environment["extra"]["containerised"] is True
    assert run.environment["extra"]["orchestrator"] == "Kubernetes"
    assert Latest.objects.get(series__metric="accelerator_count").low == 2
    assert "hf_never" not in Payload.objects.get().excerpt


def test_a_bucket_that_dies_in_the_middle_leaves_nothing(organisation: Organisation, settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "http_file")
    objects, dead = store.Store(open_to_all=True), {"/results/2.json"}
    for number in range(3):
        objects.put(f"{number}.json", ONE.replace(b'"completed": ', b'"completed": %d' % (number + 1), 1))
    with serving(lambda asked: DROPPED if asked.path in dead else objects(asked)) as server:
        source = source_of(organisation, "http_file", {"address": server.address, "store": "s3"}, {"path": store.BUCKET})
        delivery = pulled(source)
        assert delivery.state == DeliveryState.FAILED
        assert (Run.objects.count(), Payload.objects.count(), source.feeds.get().read_to) == (0, 0, None)
        dead.clear()
        assert pulled(source).runs == 3
