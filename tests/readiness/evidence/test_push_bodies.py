"""Bodies of pushes, read strictly: what refuses all, what refuses a row, what is unpacked and how far.

PILOTAGE_FULL=1 tries more generated ones.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portfolio.accounts.choices import Scope
from readiness.connectors.contract import Statistic
from readiness.connectors.errors import SkipRecord
from readiness.connectors.metrics import METRICS
from readiness.connectors.units import spellings
from readiness.evidence.choices import DeliveryState
from readiness.evidence.models import Delivery, Observation
from readiness.evidence.rules.envelope import BadBody, envelope, lines
from readiness.evidence.rules.normal import normal, wrong_words
from readiness.evidence.rules.pushed import table
from readiness.workloads.models import Workload
from tests.people import Organisation
from tests.readiness.evidence.brought import make_chat, work_off
from tests.readiness.evidence.pushing import JSON, errors, files, push, row, said
from tests.sampling import of

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation)


@pytest.fixture
def ci(api: Api) -> Client:
    """A token that may push for Retail, and nothing else."""
    return api(Scope.EVIDENCE_PUSH, unit="Retail")


def test_words_that_nobody_knows_refuse_the_whole_body_each_with_its_place(ci: Client, chat: Workload, media: Path) -> None:
    rows = [
        row(), row(metric="latncy"), row(unit="minutes ago"), row(metric="throughput", unit="s", percentile=None),
        row(statistic="median"),
        row(metric="throughput", unit="1/s"), row(bound="about"), row(values=3), "no object", row(unit=None), row(unit=7),
    ]  # fmt: skip
    answer = push(ci, said(chat, *rows))  # type: ignore[arg-type]
    assert answer.status_code == 400
    found = errors(answer)
    assert list(found) == [
        "/observations/1/metric", "/observations/2/unit", "/observations/3/unit", "/observations/4/statistic",
        "/observations/5/percentile", "/observations/6/bound", "/observations/7", "/observations/8", "/observations/9/unit",
        "/observations/10",
    ]  # fmt: skip
    assert "'latncy' is no metric" in found["/observations/1/metric"] and "its own is s" in found["/observations/2/unit"]
    assert Delivery.objects.count() == 0 and files(media) == []


def test_at_most_a_hundred_problems_are_told(ci: Client, chat: Workload) -> None:
    answer = push(ci, said(chat, *[row(metric="x")] * 500))
    assert len(answer.json()["errors"]) == 100


def test_values_that_cannot_be_refuse_their_row_alone_and_are_counted(ci: Client, chat: Workload) -> None:
    year = 2999
    rows = [
        row(), row(value="many"), row(value=-1), row(value=0), row(value=True), row(value="1e400"), row(percentile=95),
        row(observed_at="yesterday"), row(observed_at="2026-11-20T10:00:00"), row(observed_at=1.7e12), row(observed_at=None),
        row(observed_at="1999-12-31T23:59:59Z"), row(observed_at=f"{year}-01-01T00:00:00Z"), row(samples=-3), row(window_s=0),
        row(labels=["x"]), row(labels={"a": 1}), row(labels={"a": "x" * 201}), row(labels={str(n): "x" for n in range(21)}),
        row(statistic="percentile", percentile=None), row(statistic="mean"),
        row(metric="error_ratio", value=3, unit="share", percentile=None),
        row(metric="cost_per_hour", value=3, unit="money/h", percentile=None),
        row(metric="cost_per_hour", value=3, unit="money/h", percentile=None, labels={"currency": "EUR"}),
    ]  # fmt: skip
    assert push(ci, said(chat, *rows)).status_code == 202
    work_off()
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.DONE and delivery.refused == len(rows) - 2
    assert delivery.observations == 2 == Observation.objects.count()
    places = {one["place"] for one in delivery.problems}
    assert {"/observations/1/value", "/observations/6/percentile", "/observations/11/observed_at"} <= places
    assert len(places) == len(rows) - 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", ""), (b"{", "no JSON"), (b"[" * 100_000, ""), (b"[]", "An object is expected"), (b"null", "An object is expected"),
        (b'{"workload": 1, "workload": 2, "observations": []}', "stands twice"),
        (b'{"observations": [{"value": 1, "value": 2}]}', "stands twice"),
        (b'{"observations": [{"value": NaN}]}', "NaN is no number"), (b'{"observations": [{"value": -Infinity}]}', "no number"),
        (b'{"observations": [{"value": ' + b"9" * 5_000 + b"}]}", "too many digits"),
        ('{"observations": "é"}'.encode("latin-1"), "no UTF-8"), ('{"observations": []}'.encode("utf-16"), "no UTF-8"),
        (b'{"observations": []}', "at least one"), (b'{"observations": {}}', "A list"), (b'{"observation": []}', "no member"),
        (b'{"environment": [], "observations": [{}]}', ""), (b'{"environment": [1], "observations": [{}]}', "object"),
        (b'{"kind": "rumour", "observations": [{}]}', "One of"), (b'{"note": 3, "observations": [{}]}', "printable"),
        (b'{"observations": [' + b"{}," * 100_000 + b"{}]}", "At most 100000"),
        (b'{"observations": [' + b"[]," * 500_000 + b"{}]}", "At most 100000"),
        (b'{"observations": [1' + b",1" * 5_000_000 + b"]}", "At most 100000"),
        (b'{"note": "\\u0000", "observations": [{}]}', "printable"), (b'{"note": "\\ud800", "observations": [{}]}', "printable"),
    ],
)  # fmt: skip
def test_bodies_that_are_none_are_refused_with_what_is_wrong(ci: Client, media: Path, body: bytes, says: str) -> None:
    answer = push(ci, body)
    assert answer.status_code in (400, 411), answer.content
    assert says in answer.content.decode()
    assert Delivery.objects.count() == 0 and files(media) == []


@pytest.mark.parametrize(
    ("kind", "query", "headers", "status"),
    [
        ("text/plain", "", {}, 415), ("application/json; charset=latin-1", "", {}, 415),
        ("", "", {}, 415),
        (JSON, "", {"Content-Encoding": "br"}, 415), (JSON, "", {"Content-Encoding": "gzip"}, 400),
        (JSON, "?workload=1", {}, 400), (JSON, "?kind=benchmark", {}, 400),
        ("application/octet-stream", "?filename=a&kind=cost", {}, 400),
        ("application/octet-stream", "?filename=a&acelerator=H100", {}, 400),
        ("application/octet-stream", "?filename=a&workload=1&workload=2", {}, 400),
    ],
)  # fmt: skip
def test_what_is_sent_in_another_way_is_refused(
    ci: Client, chat: Workload, kind: str, query: str, headers: dict[str, str], status: int
) -> None:
    answer = push(ci, said(chat), kind=kind, query=query, **headers)
    assert answer.status_code == status, answer.content
    assert Delivery.objects.count() == 0


def test_a_gzip_that_unpacks_without_end_is_stopped(ci: Client, chat: Workload, settings: Any, media: Path) -> None:
    bomb = gzip.compress(b" " * 80 * 2**20)
    assert len(bomb) < 200_000
    gzipped = {"Content-Encoding": "gzip"}
    assert push(ci, bomb, **gzipped).status_code == 413
    settings.EVIDENCE_MAX_BYTES = 2**20
    query = f"?filename=a.json&workload={chat.pk}"
    assert push(ci, bomb, kind="application/octet-stream", query=query, **gzipped).status_code == 400
    assert push(ci, b" " * (3 * 2**20), kind="application/octet-stream", query=query).status_code == 413
    cut = gzip.compress(json.dumps(said(chat)).encode())[:-12]
    assert push(ci, cut, **gzipped).status_code == 400
    assert Delivery.objects.count() == 0 and files(media) == []


def test_a_body_of_several_gzip_members_is_whole(ci: Client, chat: Workload) -> None:
    content = json.dumps(said(chat)).encode()
    packed = gzip.compress(content[:40]) + gzip.compress(content[40:])
    assert push(ci, packed, **{"Content-Encoding": "gzip"}).status_code == 202


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one, max_size=3))
FAR = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
TIMES = st.sampled_from(["2026-11-20T10:00:00Z", "2026-11-20", *FAR, 1e11, -1])
LABELS = st.dictionaries(st.text(max_size=8) | st.just("currency"), st.text(max_size=8) | st.just("EUR"), max_size=3)
WORDS = st.sampled_from([{"metric": key, "unit": unit} for key in METRICS for unit in spellings(key)])
REST = st.fixed_dictionaries(
    {"value": st.floats() | st.integers() | st.sampled_from([0, 0.5, 1, "12.5"]) | VALUES, "observed_at": TIMES | VALUES},
    optional={
        "statistic": st.sampled_from([one.value for one in Statistic]),
        "percentile": st.sampled_from([0.5, 0.99, 95, 0, 1]) | VALUES,
        "window_s": st.floats() | VALUES,
        "samples": st.integers() | VALUES,
        "bound": st.sampled_from(["exact", "at_least", "at_most", "", None]),
        "labels": LABELS | VALUES,
    },
)
ROWS = st.builds(lambda words, rest: words | rest, WORDS, REST)


@given(st.lists(ROWS, min_size=1, max_size=4))
@settings(max_examples=of(1000, suite=150), deadline=None)
def test_whatever_a_row_says_it_is_a_word_a_refusal_or_a_value_with_its_unit(rows: list[dict[str, Any]]) -> None:
    """No other way out; and what is read one by one is what is read in columns."""
    assume(not wrong_words(rows))
    taken, refused = [], []
    for index, one in enumerate(rows):
        try:
            taken.append(normal(one, index))
        except SkipRecord as skipped:
            refused.append(skipped.place)
    for made in taken:
        assert math.isfinite(made.value) and made.at.tzinfo is UTC and made.metric in METRICS
        assert made.percentile is None or (METRICS[made.metric].percentiles and 0 < made.percentile < 1)
        assert METRICS[made.metric].unit != "share" or 0 <= made.value <= 1 + 1e-9
    read = table(rows)
    assert sorted(read.value) == pytest.approx(sorted(made.value for made in taken))
    assert sorted(one.pointer for one in read.refused) == sorted(refused)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | VALUES.map(lambda one: json.dumps(one).encode()))
@settings(max_examples=of(1000, suite=150), deadline=None)
def test_whatever_the_bytes_are_they_are_an_envelope_or_refused(body: bytes) -> None:
    for read in (envelope, lines):
        with suppress(BadBody):
            assert read(body)


@given(st.lists(VALUES, min_size=1, max_size=5))
@settings(max_examples=of(500, suite=100), deadline=None)
def test_whatever_stands_for_rows_it_is_told_where(rows: list[Any]) -> None:
    told = wrong_words(rows)
    assert len(told) == len(rows), "none of them is a row"
    assert [one.pointer.split("/")[2] for one in told] == [str(number) for number in range(len(rows))]
