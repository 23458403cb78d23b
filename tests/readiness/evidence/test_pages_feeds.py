"""Feeds on pages: what is asked, tried before it is kept, of what it is evidence, and what is declared of the place."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from readiness.connectors.prometheus.templates import packs
from readiness.evidence.forms.shapes import MAPPED, QUERIES
from readiness.evidence.models import Delivery, Feed, Observation, Payload, Run, Trial
from readiness.evidence.services.sources import change_feed, retire_source
from tests.people import SYSTEM, Organisation
from tests.readiness.connectors.live.servers import Series, openmetrics, prometheus
from tests.readiness.connectors.scripted import serving
from tests.readiness.evidence.brought import make_chat, make_hall
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import answering, make_feed, make_source, open_loopback, work_off
from tests.readiness.workloads.pages import HX, html, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
HERE = "http://127.0.0.1:9090"
UP = {"metric": "node_count", "query": "count(up{$matchers})", "unit": "nodes", "statistic": "point"}


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    settings.ALLOWED_HOSTS = ["testserver"]
    with probe.installed():
        yield


def asks(*queries: Mapping[str, Any], matchers: Mapping[str, str] | None = None, **more: str) -> dict[str, str]:
    """What a browser sends of these queries and matchers."""
    sent = {f"ask-queries-{n}-{key}": text for n, query in enumerate(queries) for key, text in QUERIES.write(query).items()}
    for number, (label, value) in enumerate((matchers or {}).items()):
        sent |= {
            f"ask-matchers-{number}-key": label,
            f"ask-matchers-{number}-operator": "=",
            f"ask-matchers-{number}-value": value,
        }
    return {"name": "Nodes", "about": "neither", "ask-step_s": "900", "ask-delay_s": "120", "ask-first_days": "1", **sent, **more}


def test_a_feed_starts_from_a_template_and_is_asked_from_then_on(organisation: Organisation, signed_in: SignIn) -> None:
    client, chat = signed_in("Iris"), make_chat(organisation)
    source = make_source(organisation, HERE, kind="prometheus")
    url = f"/evidence/sources/{source.pk}/feeds/new/?template=shipped:vllm"
    page = html(client.get(url))
    pack = packs()[0]
    assert page.count('data-query="') == len(pack.queries) + 2, "each of them, a spare one and the pattern of more"
    assert f'value="{pack.name}"' in page
    sent = asks(
        *pack.queries, matchers={"namespace": "ai-7"}, name="Chat", about="workload", workload=str(chat.pk), stage="production",
        venue="on_premises", accelerators="4", data_real="yes", users_real="no",
    )  # fmt: skip
    sent |= {"ask-targets-0-key": "job", "ask-targets-0-operator": "=~", "ask-targets-0-value": "vllm.*"}
    answer = client.post(url, sent)
    assert answer.status_code == 302, words(answer)
    feed = Feed.objects.get()
    assert feed.ask["queries"] == [dict(query) for query in pack.queries]
    assert (feed.ask["matchers"], feed.ask["targets"]) == ({"namespace": "ai-7"}, {"job=~": "vllm.*"})
    assert (feed.workload, feed.initiative_id) == (chat, chat.initiative_id)
    assert feed.environment == {
        "stage": "production", "venue": "on_premises", "accelerators": 4, "data_real": True, "users_real": False,
    }  # fmt: skip
    shown = words(client.get(f"/evidence/sources/{source.pk}/"))
    for said in ("Chat", "namespace = ai-7", "job=~vllm.*", "Requests per second", "more", "real data", "simulated users"):
        assert said in shown, said


def test_unknown_is_the_first_choice_and_is_kept_as_not_said(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE)
    url = f"/evidence/sources/{source.pk}/feeds/new/"
    page = html(client.get(url))
    assert page.count('<option value="" selected>unknown</option>') >= 5
    assert client.post(url, {"name": "a", "about": "neither", "ask-series": "a"}).status_code == 302
    assert Feed.objects.get().environment == {}


def test_a_workload_is_found_by_words_and_nobody_elses_is_offered(organisation: Organisation, signed_in: SignIn) -> None:
    mine, hidden = make_chat(organisation), make_chat(organisation, "Logistics", "Routes")
    source, client = make_source(organisation, HERE), signed_in("Iris")
    found = html(client.get("/evidence/subjects/", {"for": "evidence.edit", "find": f"{mine.initiative.key} chat"}))
    assert f'<option value="{mine.pk}" selected>' in found
    assert "Routes" not in html(client.get("/evidence/subjects/", {"for": "evidence.edit", "find": "routes"}))
    url = f"/evidence/sources/{source.pk}/feeds/new/"
    first = {"name": "a", "about": "workload", "ask-series": "a"}
    assert "Choose the workload that was measured." in words(client.post(url, first))
    assert "No workload matches this." in words(client.post(url, first | {"find": "no such thing"}))
    assert client.post(url, first | {"workload": str(hidden.pk)}).status_code == 422
    make_chat(organisation, name="Chat two")
    assert "2 workloads match; choose one." in words(client.post(url, first | {"find": "chat"}))
    assert client.post(url, first | {"find": "chat two"}).status_code == 302, "typed without scripts, found by the server"
    assert not Feed.objects.filter(workload=hidden).exists()


def test_of_a_pool(organisation: Organisation, signed_in: SignIn) -> None:
    hall, hidden = make_hall(organisation), make_hall(organisation, "Logistics", "Depot")
    source, client = make_source(organisation, HERE), signed_in("Iris")
    url = f"/evidence/sources/{source.pk}/feeds/new/"
    page = html(client.get(url))
    assert "Hall 2" in page
    assert "Depot" not in page
    sent = {"name": "a", "about": "pool", "ask-series": "a"}
    assert "Choose the pool that was measured." in words(client.post(url, sent))
    assert client.post(url, sent | {"pool": str(hidden.pk)}).status_code == 422
    assert client.post(url, sent | {"pool": str(hall.pk)}).status_code == 302
    assert Feed.objects.get().pool == hall


def test_what_mlflow_measures_is_mapped_row_by_row(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE, kind="mlflow")
    entries = [
        {"name": "ttft_p95_ms", "metric": "ttft", "unit": "ms", "statistic": "percentile", "percentile": 0.95},
        {"name": "rps", "metric": "throughput", "unit": "1/s", "statistic": "mean"},
    ]
    sent = {f"ask-metrics-{n}-{key}": text for n, one in enumerate(entries) for key, text in MAPPED.write(one).items()}
    sent |= {"name": "Serving", "about": "neither", "ask-experiments": "serving, batch", "ask-overlap_hours": "24",
             "ask-about-0-key": "accelerator", "ask-about-0-value": "params.gpu"}  # fmt: skip
    url = f"/evidence/sources/{source.pk}/feeds/new/"
    wrong = client.post(url, sent | {"ask-metrics-1-unit": "MB"})
    assert wrong.status_code == 422
    assert "MB is no unit of throughput" in html(wrong)
    assert 'value="ttft_p95_ms"' in html(wrong)
    assert client.post(url, sent).status_code == 302
    feed = Feed.objects.get()
    assert feed.ask == {
        "experiments": "serving, batch", "metrics": entries, "about": {"accelerator": "params.gpu"}, "overlap_hours": 24.0,
    }  # fmt: skip
    again = html(client.get(f"/evidence/feeds/{feed.pk}/"))
    assert 'value="95"' in again


def test_what_cannot_be_asked_is_said_and_nothing_typed_is_lost(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE, kind="prometheus")
    url = f"/evidence/sources/{source.pk}/feeds/new/"
    broken = client.post(url, asks(UP | {"query": "count(up{$matchers}"}, name="", stage="pilot"))
    page = html(broken)
    assert broken.status_code == 422
    assert "count(up{$matchers}" in page
    assert '<option value="pilot" selected>' in page
    told = words(client.post(url, asks(UP | {"query": "count(up{$matchers}"})))
    assert "query 1, query: the bracket { is not closed" in told or "is not closed" in told
    times = asks(UP) | {"ask-queries-0-window_s": "a while"}
    assert "“a while” is no time" in words(client.post(url, times))
    assert not Feed.objects.exists()


def test_a_query_is_tried_before_it_is_kept_and_shows_its_values(
    organisation: Organisation, signed_in: SignIn, tmp_path: Path
) -> None:  # fmt: skip
    """Of a real Prometheus: two series, a value beyond the last bucket that is a bound, and a query that nothing matches."""
    now = int(time.time())
    with prometheus(tmp_path / "prometheus", openmetrics(_served(now))) as server:
        client, source = signed_in("Iris"), make_source(organisation, server.address, kind="prometheus")
        url = f"/evidence/sources/{source.pk}/feeds/try/"
        gpus = {"metric": "accelerator_use", "query": "gpu_busy{$matchers}", "unit": "%", "statistic": "point"}
        slow = {"metric": "latency", "unit": "s", "statistic": "percentile", "percentile": 0.99, "window_s": 3600,
                "query": "histogram_quantile(0.99, sum by (le) (rate(took_seconds_bucket[$window])))"}  # fmt: skip
        nothing = gpus | {"query": "no_such_metric"}
        shown = [_tried(client, url, asks(gpus, slow, nothing) | {"try": str(number)}) for number in range(3)]
    assert "70" in shown[0]
    assert "pod: a" in shown[0]
    assert "30" in shown[0]
    assert "Accelerator in use single value" in shown[0]
    assert "≥" in shown[1]
    assert "at least this" in shown[1]
    assert "no series matches" in shown[2]
    assert [model.objects.count() for model in (Feed, Delivery, Run, Observation, Payload)] == [0] * 5


def _served(now: int) -> Iterator[Series]:
    times = range(now - 7200, now + 1, 60)
    for pod, share in (("a", 70.0), ("b", 30.0)):
        yield Series("gpu_busy", {"pod": pod}, tuple((at, share) for at in times))
    for edge, part in (("0.1", 0.5), ("1", 0.6), ("+Inf", 1.0)):
        yield Series("took_seconds_bucket", {"le": edge}, tuple((at, part * (at - now + 7200)) for at in times))


def _tried(client: Client, url: str, sent: dict[str, str]) -> str:
    begun = client.post(url, sent, headers=HX)
    assert "Asking it" in words(begun), words(begun)
    work_off("evidence.test")
    return words(client.get(f"/evidence/trials/{Trial.objects.latest('pk').pk}/", headers=HX))


def test_a_query_that_cannot_be_tried_says_why_at_once(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE, kind="prometheus")
    url = f"/evidence/sources/{source.pk}/feeds/try/"
    assert "Choose what it measures" in words(client.post(url, {"try": "0", "ask-queries-0-query": "up"}, headers=HX))
    assert "bananas is no unit" in words(client.post(url, asks(UP | {"unit": "bananas"}) | {"try": "0"}, headers=HX))
    assert "<main" in html(client.post(url, {"try": "0"})), "without scripts a page says it"
    assert client.post(url, asks(UP) | {"try": "all"}).status_code == 302
    assert signed_in("Vera").post(url, asks(UP) | {"try": "0"}).status_code == 403
    assert signed_in("Lars").post(url, asks(UP) | {"try": "0"}).status_code == 404
    assert Trial.objects.count() == 1


def test_what_there_is_to_choose_from_is_looked_up(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    with serving(answering(1)) as server:
        source = make_source(organisation, server.address)
        page = html(client.get(f"/evidence/sources/{source.pk}/feeds/new/"))
        assert 'value="series"' in page
        client.post(f"/evidence/sources/{source.pk}/discover/", {"discover": "series"}, headers=HX)
        work_off("evidence.test")
    found = html(client.get(f"/evidence/trials/{Trial.objects.get().pk}/", headers=HX))
    assert 'data-choices="series"' in found
    assert 'data-fill="a"' in found
    other = client.post(f"/evidence/sources/{source.pk}/discover/", {"discover": "until"}, headers=HX)
    assert "nothing can be looked up" in words(other)


def test_changing_one_keeps_what_the_form_has_no_field_for(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    ask = {"queries": [UP | {"labels": {"kind": "gpu"}, "matchers": {"job": "node"}, "every_s": 3600, "least_coverage": 1.0}]}
    feed = make_feed(make_source(organisation, HERE, kind="prometheus"), name="Nodes", ask=ask)
    kept = QUERIES.write(ask["queries"][0])
    assert json.loads(kept["rest"]) == {"labels": {"kind": "gpu"}, "matchers": {"job": "node"}}
    assert (kept["every_s"], kept["least_coverage"]) == ("1h", "100")
    sent = asks(*ask["queries"], version="1", name="All nodes")
    assert client.post(f"/evidence/feeds/{feed.pk}/", sent).status_code == 302
    feed.refresh_from_db()
    assert (feed.name, feed.ask["queries"]) == ("All nodes", ask["queries"])


def test_two_who_change_one_choose(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    feed = make_feed(make_source(organisation, HERE, kind="prometheus"), name="Nodes", ask={"queries": [UP]})
    base = json.dumps({"name": "Nodes", "ask-queries": json.dumps([{**QUERIES.write(UP)}], sort_keys=True)})
    theirs = UP | {"query": "count(kube_node_info{$matchers})"}
    change_feed(by=SYSTEM, feed=feed, changes={"ask": {"queries": [theirs]}, "name": "Theirs"})
    mine = UP | {"query": "count(node_uname_info{$matchers})"}
    answer = client.post(f"/evidence/feeds/{feed.pk}/", asks(mine, version="1", base=base))
    page = html(answer)
    assert answer.status_code == 409
    assert "kube_node_info" in page
    assert "node_uname_info" in page
    assert "take_name" not in page, "I left the name alone"


def test_pausing_resuming_and_retiring(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE)
    feed = make_feed(source)
    client.post(f"/evidence/feeds/{feed.pk}/pause/")
    assert "Paused" in words(client.get(f"/evidence/sources/{source.pk}/"))
    client.post(f"/evidence/feeds/{feed.pk}/resume/")
    assert Feed.objects.get().paused_at is None
    assert "Retire a?" in words(client.get(f"/evidence/feeds/{feed.pk}/retire/"))
    client.post(f"/evidence/feeds/{feed.pk}/retire/")
    assert Feed.objects.get().retired_at is not None
    assert client.get(f"/evidence/feeds/{feed.pk}/").status_code == 404
    assert "Nothing is asked yet" in words(client.get(f"/evidence/sources/{source.pk}/"))


@pytest.mark.parametrize("act", ["", "pause/", "resume/", "retire/"])
def test_who_does_not_run_the_source_changes_no_feed(organisation: Organisation, signed_in: SignIn, act: str) -> None:
    feed = make_feed(make_source(organisation, HERE))
    for name, status in (("Vera", 403), ("Paula", 403), ("Lars", 404)):
        client = signed_in(name)
        assert client.post(f"/evidence/feeds/{feed.pk}/{act}", {"name": "x"}).status_code == status
        assert client.get(f"/evidence/sources/{feed.source_id}/feeds/new/").status_code == status
    assert Feed.objects.get() == feed
    retire_source(by=SYSTEM, source=feed.source)
    assert signed_in("Iris").post(f"/evidence/feeds/{feed.pk}/{act}", {"name": "x"}).status_code == 404
