"""A cluster as a source: the real nodes behind a scripted API server that pages, forgets, refuses and lies."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django.fixtures import Settings

from readiness.connectors.contract import Flaw, Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.kubernetes import client
from readiness.connectors.kubernetes.connector import CONNECTOR
from readiness.connectors.kubernetes.parse import IMPORTER
from readiness.connectors.live import Batch, Span
from tests.portfolio.kit.rogue import Authority
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.scripted import DROPPED, Asked, Server, Told, open_loopback, serving, through_the_door, told
from tests.readiness.connectors.soundness import assert_sound, read_as

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwaWxvdGFnZSJ9.c2lnbmF0dXJl"
Script = Callable[[Asked], Told]


@pytest.fixture(autouse=True)
def opened(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "kubernetes")


@pytest.fixture(scope="module")
def real_nodes(sample_data: Path) -> list[dict[str, Any]]:
    packed = (sample_data / "k8s/alibaba_openb_node_list_gpu_node.yaml.gz").read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    listed: list[dict[str, Any]] = json.loads(
        json.dumps(list(yaml.load_all(gzip.decompress(packed), Loader=loader)), default=str)
    )
    return listed


def cluster(**lists: list[dict[str, Any]]) -> Script:
    """An API server of these lists by the last part of their path, each with pages as of one moment."""

    def script(asked: Asked) -> Told:
        if asked.path == "/version":
            return told({"gitVersion": "v1.33.4"})
        name = asked.path.rpartition("/")[2]
        if name not in lists:
            return told({"kind": "Status", "code": 404, "message": "not found"}, 404)
        start, size = int(asked.query.get("continue", "0")), int(asked.query.get("limit", "500"))
        items = lists[name][start : start + size]
        left = len(lists[name]) - start - len(items)
        about = {"resourceVersion": "77"} | ({"continue": str(start + size), "remainingItemCount": left} if left else {})
        kind = {"nodes": "Node", "pods": "Pod", "namespaces": "Namespace"}.get(name, name[:-1].title().replace("set", "Set"))
        return told({"kind": f"{kind}List", "metadata": about, "items": items})

    return script


def pulled(server: Server, ask: dict[str, Any] | None = None, *, ca: str | None = None, **config: Any) -> list[Batch]:
    config = {"address": server.address, "cluster": "prod-a", "auth": "bearer", "token": TOKEN, **config}
    CONNECTOR.check(config)
    CONNECTOR.check_ask(ask or {})
    with through_the_door("kubernetes", ca=ca) as http:
        return list(CONNECTOR.pull(config, ask or {}, http, Span(None, NOW)))


def only(batches: list[Batch]) -> Run:
    ((run,),) = [batch.runs for batch in batches]
    assert_sound(run)
    return run


def counts(run: Run, **labels: str) -> float:
    return sum(one.value for one in run.readings if labels.items() <= one.labels.items())


def pod(name: str, **fields: Any) -> dict[str, Any]:
    container = {"image": "vllm/vllm-openai:v0.10.2", "env": [{"name": "HF_TOKEN", "value": "hf_never_to_be_kept"}]}
    asks = {"resources": {"limits": {"nvidia.com/gpu": str(fields.pop("gpus", 1))}}}
    spec = {"nodeName": fields.pop("node", "gpu-1"), "containers": [container | asks]}
    about = {"uid": f"uid-{name}", "name": name, "namespace": "inference"}
    return {"metadata": about, "spec": spec, "status": {"phase": fields.pop("phase", "Running")}}


def deployment(name: str, wanted: int, ready: int) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"replicas": wanted}, "status": {"readyReplicas": ready}}


def fixture_nodes() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads((FIXTURES / "one.json").read_bytes())["items"]
    return items


def test_the_real_nodes_come_over_several_pages_as_from_their_file(real_nodes: list[dict[str, Any]]) -> None:
    with serving(cluster(nodes=real_nodes)) as server:
        (batch,) = pulled(server)
    run = only([batch])
    assert run.valid
    assert counts(run, quantity="allocatable") == 6212
    assert counts(run) == 2 * 6212 + 1213
    assert [one.query.get("continue", "") for one in server.asked] == ["", "250", "500", "750", "1000"]
    assert {one.headers["authorization"] for one in server.asked} == {f"Bearer {TOKEN}"}
    assert batch.read_to == run.ended_at == NOW


def test_what_is_kept_of_a_list_reads_as_the_list_itself(real_nodes: list[dict[str, Any]]) -> None:
    with serving(cluster(nodes=real_nodes)) as server:
        (batch,) = pulled(server)
    (again,) = read_as(IMPORTER)(batch.payload.body)
    assert again.readings == batch.runs[0].readings
    assert b"annotations" not in batch.payload.body


def test_over_tls_with_the_clusters_own_authority(authority: Authority) -> None:
    with serving(cluster(nodes=fixture_nodes()), tls=authority.context("localhost")) as server:
        assert counts(only(pulled(server, ca=authority.pem)), quantity="allocatable") == 7
        with pytest.raises(BadConfig) as refused:
            pulled(server)
        assert refused.value.field == "ca"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_slices_and_time_slicing_come_through_the_api_told_apart() -> None:
    items = [one for one in yaml.safe_load((FIXTURES / "many.yaml").read_bytes())["items"] if one["kind"] == "Node"]
    with serving(cluster(nodes=items)) as server:
        run = only(pulled(server))
    assert counts(run, quantity="allocatable", sharing="time-slicing") == 4
    assert counts(run, quantity="allocatable", sharing="mig", slice="1g.10gb") == 21


def test_what_is_asked_for_is_a_share_of_what_there_is_and_the_rest_waits() -> None:
    pods = [pod("a", gpus=4), pod("b", gpus=2), pod("c", gpus=8, node=None), pod("d", gpus=4, node="elsewhere")]
    with serving(cluster(nodes=fixture_nodes(), pods=pods)) as server:
        inventory, allocation = pulled(server, {"read": "allocation", "node_selector": "pool=inference"})
    assert counts(inventory.runs[0], quantity="allocatable") == 7
    run = only([allocation])
    assert {one.metric: one.value for one in run.readings} == {
        "accelerator_allocated": pytest.approx(6 / 7),
        "accelerator_count": 8,
    }
    assert server.asked[0].query["labelSelector"] == "pool=inference"
    assert server.asked[1].query["fieldSelector"] == "status.phase!=Succeeded,status.phase!=Failed"


def test_how_a_workload_runs_is_told_without_what_its_containers_are_told() -> None:
    pods = [pod("a", gpus=2), pod("b", gpus=2), pod("waits", gpus=2, node=None)]
    lists = {"pods": pods, "deployments": [deployment("llama", 3, 2)], "statefulsets": [], "daemonsets": []}
    with serving(cluster(nodes=fixture_nodes(), **lists)) as server:
        (batch,) = pulled(server, {"read": "workload", "namespace": "inference", "selector": "app=llama"})
    run = only([batch])
    assert run.valid
    assert counts(run, quantity="held", accelerator="NVIDIA-H100-80GB-HBM3") == 4
    assert counts(run, quantity="used") == 1
    environment = run.environment
    assert (environment.accelerator, environment.accelerators, environment.nodes) == ("NVIDIA-H100-80GB-HBM3", 4, 1)
    assert environment.extra["containerised"] is True
    assert environment.extra["orchestrator"] == "Kubernetes"
    assert environment.extra["runtimes"] == ["containerd://1.7.13"]
    assert environment.extra["controllers"] == ["Deployment llama: 2 of 3 ready"]
    assert environment.extra["images"] == ["vllm/vllm-openai:v0.10.2"]
    assert environment.extra["pods waiting"] == 1
    assert b"hf_never" not in batch.payload.body
    assert {one.query.get("labelSelector") for one in server.asked[:4]} == {"app=llama"}
    assert server.paths[0] == "/api/v1/namespaces/inference/pods"


def test_an_account_of_one_namespace_says_what_it_can() -> None:
    script = cluster(pods=[pod("a")], deployments=[], statefulsets=[], daemonsets=[])

    def narrow(asked: Asked) -> Told:
        return told({"kind": "Status", "code": 403}, 403) if asked.path.endswith("/nodes") else script(asked)

    with serving(narrow) as server:
        run = only(pulled(server, {"read": "workload", "namespace": "inference"}))
    assert run.valid
    assert [one.metric for one in run.readings] == ["node_count"]
    assert "runtimes" not in run.environment.extra or run.environment.extra["runtimes"] == []


def test_nothing_that_matches_is_no_workload() -> None:
    lists: dict[str, list[dict[str, Any]]] = {"pods": [], "deployments": [], "statefulsets": [], "daemonsets": []}
    with serving(cluster(nodes=[], **lists)) as server:
        run = only(pulled(server, {"read": "workload", "namespace": "inference"}))
    assert [flaw for flaw, _ in run.flaws] == [Flaw.INCOMPLETE]


def expiring(times: int, nodes: list[dict[str, Any]]) -> Script:
    """Forgets its snapshot at the third page, so often."""
    left, plain = [times], cluster(nodes=nodes)

    def script(asked: Asked) -> Told:
        if asked.query.get("continue") == "500" and left[0]:
            left[0] -= 1
            return told({"kind": "Status", "code": 410, "reason": "Expired", "message": "continue is too old"}, 410)
        return plain(asked)

    return script


def test_a_list_whose_snapshot_is_gone_begins_anew_once(real_nodes: list[dict[str, Any]]) -> None:
    with serving(expiring(1, real_nodes)) as server:
        assert counts(only(pulled(server)), quantity="allocatable") == 6212
    assert len(server.asked) == 8
    with serving(expiring(2, real_nodes)) as server, pytest.raises(Retryable, match="twice"):
        pulled(server)


@pytest.mark.parametrize("lost", range(5))
@pytest.mark.parametrize("way", ["dropped", "cut", "short"])
def test_a_page_that_is_lost_makes_the_pull_count_for_nothing(real_nodes: list[dict[str, Any]], lost: int, way: str) -> None:
    turn, plain = iter(range(100)), cluster(nodes=real_nodes)

    def script(asked: Asked) -> Told:
        answer = plain(asked)
        if next(turn) != lost:
            return answer
        if way == "short":  # as if it were the last one
            record = json.loads(answer.body)  # type: ignore[arg-type]
            return told(record | {"metadata": {"resourceVersion": "77"}, "items": record["items"][:-1]})
        return DROPPED if way == "dropped" else Told(answer.body, cut=100)

    with serving(script) as server:
        if (way, lost) == ("short", 0):  # a first page that ends is a short list
            assert counts(only(pulled(server)), quantity="allocatable") < 6212
            return
        with pytest.raises(Retryable):
            pulled(server)
        assert counts(only(pulled(server)), quantity="allocatable") == 6212


def changed(change: Callable[[dict[str, Any]], None]) -> Script:
    plain = cluster(nodes=[{"metadata": {"name": f"n{one}"}} for one in range(600)])

    def script(asked: Asked) -> Told:
        record = json.loads(plain(asked).body)  # type: ignore[arg-type]
        change(record)
        return told(record)

    return script


def again(record: dict[str, Any]) -> None:
    record["metadata"] = {"resourceVersion": "77", "continue": "0"}


def other_moment(record: dict[str, Any]) -> None:
    record["metadata"]["resourceVersion"] = str(id(record)) + str(record["items"][0]["metadata"]["name"])


@pytest.mark.parametrize(("change", "why"), [(again, "do not end"), (other_moment, "one moment")])
def test_pages_that_turn_in_circles_or_are_of_two_moments_are_no_list(change: Callable[[dict[str, Any]], None], why: str) -> None:
    with serving(changed(change)) as server, pytest.raises(Retryable, match=why):
        pulled(server)
    assert len(server.asked) < 5


def test_ever_new_pages_end_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 4)
    turn: Iterator[int] = iter(range(1, 10_000))

    def script(asked: Asked) -> Told:
        return told({"kind": "NodeList", "metadata": {"resourceVersion": "1", "continue": str(next(turn))}, "items": []})

    with serving(script) as server, pytest.raises(Retryable, match="do not end"):
        pulled(server)


REFUSALS: list[tuple[Told, type[ConnectorError], str]] = [
    (told({"kind": "Status", "code": 401, "message": "Unauthorized"}, 401), BadConfig, "token"),
    (told({"kind": "Status", "code": 403, "message": "forbidden"}, 403), BadConfig, "token"),
    (told({"kind": "Status", "code": 429}, 429), Retryable, ""),
    (told({"kind": "Status", "code": 503}, 503), Retryable, ""),
    (Told(b"<html>", headers={"Content-Type": "text/html"}), Fatal, ""),
    (Told(b"kind: NodeList"), Fatal, ""),
    (told({}), Fatal, ""),
    (told({"items": []}), Fatal, ""),
    (told({"kind": "NodeList", "items": {}}), Fatal, ""),
    (told({"kind": "Node", "metadata": {"name": "a"}}), Fatal, ""),
    (Told(b"[1"), Fatal, ""),
    (DROPPED, Retryable, ""),
]


@pytest.mark.parametrize(("answer", "error", "field"), REFUSALS)
def test_a_refusal_says_what_to_do_next(answer: Told, error: type[ConnectorError], field: str) -> None:
    with serving(lambda asked: answer) as server, pytest.raises(error) as refused:
        pulled(server)
    assert getattr(refused.value, "field", "") == field
    assert TOKEN not in refused.value.text


def test_a_source_says_what_it_sees_and_what_there_is_to_choose_from() -> None:
    lists = {
        "nodes": fixture_nodes() * 3,
        "pods": [pod("a")],
        "namespaces": [{"metadata": {"name": "b"}}, {"metadata": {"name": "a"}}],
    }
    with serving(cluster(**lists)) as server, through_the_door("kubernetes") as http:
        config = {"address": server.address}
        tested = CONNECTOR.test(config, http)
        assert (tested.version, tested.facts) == ("v1.33.4", ("6 nodes", "1 pods"))
        assert CONNECTOR.discover["namespace"](config, http) == (("a", "a"), ("b", "b"))
        (label,) = CONNECTOR.discover["node_selector"](config, http)
    assert label[1] == "nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3 (3 nodes)"


def test_a_feed_is_told_what_it_would_find() -> None:
    with serving(cluster(nodes=fixture_nodes(), pods=[])) as server, through_the_door("kubernetes") as http:
        assert CONNECTOR.test_ask
        tested = CONNECTOR.test_ask({"address": server.address}, {"read": "nodes"}, http, NOW)
        assert tested.facts == ("2 nodes, 4 values in nodes",)
        assert tested.remarks == ()
        assert counts(tested.runs[0], quantity="allocatable") == 7
    with serving(cluster(nodes=[])) as server, through_the_door("kubernetes") as http:
        assert CONNECTOR.test_ask({"address": server.address}, {}, http, NOW).remarks == ("there is no node",)


WRONG = [({"read": "secrets"}, "read"), ({"namespace": "a/../b"}, "namespace"), ({"read": "workload"}, "namespace")]


@pytest.mark.parametrize(("ask", "field"), WRONG)
def test_a_feed_that_cannot_be_read_is_refused_before_anything_is_asked(ask: dict[str, Any], field: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check_ask(ask)
    assert refused.value.field == field


@pytest.mark.parametrize("what", ["allocation", "workload"])
def test_hostile_answers_end_in_sound_runs_or_an_error(what: str) -> None:
    """Through the connector and the door: one server answers every question with whatever is on the table."""
    table = {"answer": b""}

    def read(content: bytes) -> list[Run]:
        table["answer"] = content
        found = [run for batch in pulled(server, {"read": what, "namespace": "inference"}) for run in batch.runs]
        for run in found:
            assert_sound(run)
        return found

    many = yaml.safe_load((FIXTURES / "many.yaml").read_bytes())
    several = many | {"items": [*many["items"], {"kind": "Deployment", **deployment("llama", 3, 2)}]}
    samples = [(FIXTURES / "one.json").read_bytes(), json.dumps(several).encode(), json.dumps(many).encode()]
    with serving(lambda asked: Told(table["answer"])) as server:
        hostile(read, samples, f"kubernetes connector {what}")
