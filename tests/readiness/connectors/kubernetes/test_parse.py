"""Clusters: the nodes of a real one, and hand-written ones with time slicing, MIG and other vendors."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import orjson
import pytest

from readiness.connectors.contract import Flaw, Kind, Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable, SkipRecord
from readiness.connectors.kubernetes.objects import Objects, objects
from readiness.connectors.kubernetes.parse import IMPORTER, allocation, inventory
from readiness.connectors.kubernetes.quantities import pieces, quantity
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
NODES = "k8s/alibaba_openb_node_list_gpu_node"
READ = read_as(IMPORTER)


def fixture(name: str) -> list[Run]:
    runs = READ((FIXTURES / name).read_bytes())
    for run in runs:
        assert_sound(run)
        assert run.kind is Kind.INVENTORY
    return runs


def accelerators(run: Run, quantity: str = "allocatable") -> dict[tuple[str, ...], float]:
    """(product, sharing, slice, usable) without what is not told -> count."""
    keys = ("accelerator", "sharing", "slice", "usable")
    return {
        tuple(one.labels[key] for key in keys if key in one.labels): one.value
        for one in run.readings
        if one.labels.get("quantity") == quantity
    }


@pytest.fixture(scope="module")
def real(sample_data: Path) -> bytes:
    return gzip.decompress((sample_data / f"{NODES}.yaml.gz").read_bytes())


def test_the_real_nodes_yield_the_golden_table(real: bytes) -> None:
    golden.compare({"alibaba_openb_node_list_gpu_node.yaml.gz": golden.table(READ(real))}, HERE / "golden.json")


def test_the_real_nodes_add_up_to_the_totals_of_their_table(real: bytes, sample_data: Path) -> None:
    with (sample_data / f"{NODES}.csv").open() as table:
        listed = list(csv.DictReader(table))
    (run,) = READ(real)
    assert run.valid
    assert run.environment.nodes == len(listed) == 1213
    expected: dict[tuple[str, ...], float] = {}
    for row in listed:
        expected[row["model"],] = expected.get((row["model"],), 0) + int(row["gpu"])
    assert accelerators(run) == accelerators(run, "capacity") == expected
    assert sum(expected.values()) == 6212
    assert run.environment.extra["cores"] == sum(int(row["cpu_milli"]) for row in listed) / 1000
    assert run.environment.extra["memory_bytes"] == sum(int(row["memory_mib"]) for row in listed) * 2**20


def test_the_real_pods_are_shared_out_over_the_real_nodes(real: bytes, sample_data: Path) -> None:
    with gzip.open(sample_data / "k8s/alibaba_openb_pod_list_default.csv.gz", "rt") as table:
        listed = [row for row in csv.DictReader(table) if int(row["num_gpu"])]
    nodes = objects(real)
    names = [one["metadata"]["name"] for one in nodes.items]
    pods = [
        {
            "metadata": {"uid": row["name"]},
            "spec": {"nodeName": names[turn % len(names)], "containers": [_asking(row)]},
            "status": {"phase": row["pod_phase"]},
        }
        for turn, row in enumerate(listed[:3000])
    ]
    living = sum(int(row["num_gpu"]) for row in listed[:3000] if row["pod_phase"] in ("Running", "Pending"))
    run = allocation(nodes, objects(orjson.dumps({"kind": "PodList", "items": pods})))
    assert_sound(run)
    by_product = {one.labels["accelerator"]: one.value for one in run.readings if one.metric == "accelerator_allocated"}
    offered = accelerators(inventory(nodes))
    assert sum(by_product[product] * count for (product,), count in offered.items()) == pytest.approx(living)
    assert 0 < living < sum(offered.values())


def _asking(row: dict[str, str]) -> dict[str, object]:
    asks = {"cpu": f"{row['cpu_milli']}m", "memory": f"{row['memory_mib']}Mi", "alibabacloud.com/gpu-count": row["num_gpu"]}
    return {"resources": {"requests": asks}}


def test_allocatable_and_capacity_are_told_apart() -> None:
    (run,) = fixture("one.json")
    assert run.valid
    assert accelerators(run) == {("NVIDIA-H100-80GB-HBM3",): 7}
    assert accelerators(run, "capacity") == {("NVIDIA-H100-80GB-HBM3",): 8}
    assert {one.labels.get("usable"): one.value for one in run.readings if one.metric == "node_count"} == {None: 2, "yes": 2}
    extra = run.environment.extra
    assert (extra["containerised"], extra["orchestrator"], extra["runtimes"]) == (True, "Kubernetes", ["containerd://1.7.13"])
    assert extra["accelerator_memory_bytes"] == {"NVIDIA-H100-80GB-HBM3": 81559 * 2**20}
    assert run.environment.software_version == "v1.29.4"
    assert run.started_at is not None
    assert run.started_at.isoformat() == "2026-03-01T10:00:05+00:00"


def test_shared_accelerators_are_counted_once_and_slices_as_slices() -> None:
    run, _ = fixture("many.yaml")
    assert run.valid
    assert accelerators(run) == {
        ("Tesla-T4", "time-slicing"): 4,  # 8 slots of 4 each, and 20 slots on 2 accelerators
        ("NVIDIA-A100-SXM4-80GB", "mig", "1g.10gb"): 21,  # both strategies
        ("NVIDIA-A100-SXM4-80GB", "mig", "3g.40gb"): 2,
        ("MI300X", "no"): 8,  # cordoned
    }


def test_what_runs_is_allocated_and_what_is_finished_or_waits_is_not() -> None:
    _, run = fixture("many.yaml")
    assert run.valid
    told = [one for one in run.readings if one.metric == "accelerator_allocated"]
    shares = {(one.labels["accelerator"], one.labels.get("slice")): one.value for one in told}
    assert shares["Tesla-T4", None] == pytest.approx(3 / 28)  # slots of both T4 nodes
    assert shares["NVIDIA-A100-SXM4-80GB", "1g.10gb"] == pytest.approx(7 / 21)
    assert shares["MI300X", None] == 0
    assert run.unread["pods that wait"] == 1
    waiting = {one.labels["resource"]: one.value for one in run.readings if one.labels.get("quantity") == "waiting"}
    assert waiting == {
        "amd.com/gpu": 0
    }  # a slot of nvidia.com/gpu is shared on some nodes: four of them are no four accelerators


def test_what_waits_is_a_number_of_accelerators_where_none_is_shared() -> None:
    nodes = objects((FIXTURES / "one.json").read_bytes())
    pods = objects((FIXTURES / "many.yaml").read_bytes())
    (waiting,) = [one for one in allocation(nodes, pods).readings if one.labels.get("quantity") == "waiting"]
    assert (waiting.labels["resource"], waiting.value) == ("nvidia.com/gpu", 4)


def test_sharing_by_an_unknown_number_is_refused() -> None:
    content = (FIXTURES / "many.yaml").read_bytes().replace(b'nvidia.com/gpu.replicas: "4", ', b"")
    run = READ(content)[0]
    assert Flaw.UNIT_UNCERTAIN in {flaw for flaw, _ in run.flaws}
    assert accelerators(run)["Tesla-T4", "time-slicing"] == 2


def test_a_page_of_a_longer_list_is_incomplete() -> None:
    record = orjson.loads((FIXTURES / "one.json").read_bytes())
    record["metadata"]["continue"] = "abc"
    found = objects(orjson.dumps(record))
    assert found.more == "abc"
    assert Flaw.INCOMPLETE in {flaw for flaw, _ in inventory(found).flaws}
    assert inventory(Objects(found.items)).valid  # once all pages are there


def test_nodes_that_do_not_say_what_they_have_are_flawed() -> None:
    assert not fixture("empty.json")[0].valid
    hostile_run = fixture("hostile.yaml")[0]
    assert {flaw for flaw, _ in hostile_run.flaws} >= {Flaw.UNIT_UNCERTAIN, Flaw.INCOMPLETE}


def test_pods_alone_tell_no_share() -> None:
    pods = b'{"kind": "PodList", "x": "Node", "items": [{"kind": "Pod", "status": {"capacity": {}}}]}'
    with pytest.raises(SkipRecord):
        READ(pods)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("64000m", 64.0), ("262144Mi", 262144 * 2.0**20), ("2113400832Ki", 2113400832 * 1024.0), ("8", 8.0), (8, 8.0),
        ("1e3", 1000.0),
        ("1.5G", 1.5e9), ("100n", 1e-7), ("1Ei", 2.0**60), ("", None), ("8 cores", None), ("-1", None), ("1KiB", None),
        (True, None),
        ("0x8", None), (None, None), ("1e400", None),
    ],
)  # fmt: skip
def test_a_quantity_is_read_in_its_base_unit(written: object, value: float | None) -> None:
    assert quantity(written) == (None if value is None else pytest.approx(value))


def test_devices_come_in_pieces() -> None:
    assert (pieces("8"), pieces("8000m"), pieces("2.5"), pieces("many")) == (8, 8, None, None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"kind": "Status", "code": 401, "message": "Unauthorized"}', BadConfig),
        (b'{"kind": "Status", "code": 403, "message": "forbidden"}', BadConfig),
        (b'{"kind": "Status", "code": 410, "message": "continue token expired"}', Retryable),
        (b'{"kind": "Status", "code": 503}', Retryable),
        (b'{"kind": "Status", "code": 404}', Fatal),
        (b"<html>", Fatal),
        (b"{", Fatal),
        (b"a: [", Fatal),
    ],
)
def test_an_error_is_named_by_what_to_do_next(body: bytes, error: type[ConnectorError]) -> None:
    with pytest.raises(error):
        objects(body)


def test_the_key_is_that_of_the_state_not_of_its_writing() -> None:
    record = orjson.loads((FIXTURES / "one.json").read_bytes())
    turned = {**record, "items": record["items"][::-1]}
    found = objects(orjson.dumps(record))
    assert inventory(found).key == inventory(objects(orjson.dumps(turned))).key != inventory(found, source="other").key


def test_hostile_payloads_end_in_sound_runs_or_an_error(real: bytes) -> None:
    hostile(READ, [*(one.read_bytes() for one in sorted(FIXTURES.iterdir())), real[:4000]], "kubernetes")


def test_no_single_spoiled_place_makes_a_blind_node_valid() -> None:
    for place, payload in each_spoiled((FIXTURES / "empty.json").read_bytes()):
        assert not any(run.valid for run in survived(READ, payload)), place
