"""What every live connector of the registry promises, whoever answers it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from readiness.connectors.access import ADDRESS, CA
from readiness.connectors.contract import Run
from readiness.connectors.errors import BadConfig, ConnectorError
from readiness.connectors.http import Http
from readiness.connectors.live import Connector, FieldKind, Span
from readiness.connectors.registry import CONNECTORS
from tests.readiness.connectors.examples import EXAMPLES
from tests.readiness.connectors.soundness import assert_sound, survived

HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 2, 2, 2, 42, tzinfo=UTC)  # two minutes after the samples of the fixtures
CANARY = "canary-0123456789-of-the-source"
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, float("nan"), 10**400, "", " ", "x", "\x00", "\ud800", "x" * 20_000, [], [None], [{}], [[]], {},
    {"": ""}, {"a": None}, {"\x00": "\x00"}, "' OR 1=1", "../../etc/passwd", "http://169.254.169.254/", "javascript:alert(1)",
    "a\r\nHost: b",
)  # fmt: skip
EVERY = [pytest.param(one, id=one.kind) for one in CONNECTORS]
ASKED_OVER_HTTP = [pytest.param(one, id=one.kind) for one in CONNECTORS if one.addressed]

Answer = Callable[[httpx.Request], httpx.Response]


def saying(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    told = {"content-type": "application/json", **(headers or {})}
    return lambda request: httpx.Response(status, content=body, headers=told)


def echoing(status: int) -> Answer:
    """Everything that came, the credentials in it, in the shape of an error and of an answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        came = f"{request.headers} {request.content.decode()} Bearer {CANARY}"
        body = {"status": "error", "errorType": "bad_data", "error": came, "error_code": came, "message": came, "code": came}
        return httpx.Response(status, json=body, headers={"location": f"/{CANARY}", "retry-after": CANARY})

    return answer


def outcome(act: Callable[[], object]) -> tuple[object, ConnectorError | None]:
    """What came of it: an answer, or an error of ours that says something; any other goes through."""
    try:
        return act(), None
    except ConnectorError as error:
        refused = error
    assert refused.text
    return None, refused


def failing(error: Exception) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


BREAKS: Mapping[str, Answer] = {
    "nothing": saying(200),
    "no JSON": saying(200, b"\x00\xff garbage"),
    "null": saying(200, b"null"),
    "a number": saying(200, b"7"),
    "a list": saying(200, b"[]"),
    "an empty object": saying(200, b"{}"),
    "a list where an object is due": saying(200, b'{"status":"success","data":[],"runs":7,"items":{},"code":200}'),
    "an object where a list is due": saying(200, b'{"status":"success","data":{"result":{}},"runs":{},"items":[7,null]}'),
    "very deep": saying(200, b'{"data":' * 50_000),
    "cut off": saying(200, b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{'),
    "a web page": saying(200, b"<html>sign in</html>", {"content-type": "text/html"}),
    "redirect": saying(302, b"", {"location": "https://elsewhere.example/"}),
    "redirect without end": saying(308, b"", {"location": "/"}),
    "unauthorised": saying(401),
    "forbidden": saying(403, b'{"message":"no"}'),
    "not found": saying(404, b"404 page not found"),
    "too often": saying(429, b"", {"retry-after": "30"}),
    "bad request": saying(400, b'{"status":"error","errorType":"bad_data","error":"x"}'),
    "broken": saying(500, b'{"status":"success","data":{"resultType":"vector","result":[]}}'),
    "away": saying(503, b"<html>"),
    "nonsense": saying(799),
    "echo 200": echoing(200),
    "echo 400": echoing(400),
    "echo 401": echoing(401),
    "echo 500": echoing(500),
    "echo 302": echoing(302),
    "timeout": failing(httpx.ReadTimeout(CANARY)),
    "broken off": failing(httpx.RemoteProtocolError(CANARY)),
    "unpacking": failing(httpx.DecodingError(CANARY)),
}


@pytest.mark.parametrize("connector", EVERY)
def test_fields_speak_for_themselves(connector: Connector) -> None:
    assert connector.label
    assert connector.about
    for fields in (connector.fields, connector.ask_fields):
        assert len({one.name for one in fields}) == len(fields)
        for one in fields:
            assert one.name.isidentifier()
            assert one.label
            assert one.help, f"{one.name} says nothing of itself"
            assert (one.kind is FieldKind.CHOICE) == bool(one.choices)
            assert one.kind is not FieldKind.CHOICE or one.default in [value for value, _ in one.choices]
            assert one.secret == (one.kind is FieldKind.SECRET)
            assert one.secret or not any(word in one.name for word in ("password", "secret", "key"))
            assert not one.secret or not one.default
    assert not any(one.secret for one in connector.ask_fields), "a feed is readable: a secret belongs to its source"
    assert not connector.addressed or {ADDRESS, CA} <= set(connector.fields)
    assert set(connector.discover) <= {one.name for one in connector.ask_fields}


def test_kinds_are_told_apart_and_each_has_an_example() -> None:
    assert len({one.kind for one in CONNECTORS}) == len(CONNECTORS)
    assert {one.kind for one in CONNECTORS} == set(EXAMPLES)


@pytest.mark.parametrize("connector", EVERY)
def test_its_example_passes_and_each_spoiled_value_names_its_field(connector: Connector) -> None:
    config, ask = EXAMPLES[connector.kind]
    connector.check(config)
    connector.check_ask(ask)
    for check, fields, good in ((connector.check, connector.fields, config), (connector.check_ask, connector.ask_fields, ask)):
        names = {one.name for one in fields}
        for one in fields:
            for value in WRONG:
                _, wrong = outcome(partial(check, {**good, one.name: value}))
                assert wrong is None or (isinstance(wrong, BadConfig) and wrong.field in names), (one.name, value)
        for one in fields:
            if one.required:
                with pytest.raises(BadConfig) as missing:
                    check({name: value for name, value in good.items() if name != one.name})
                assert missing.value.field == one.name
        with pytest.raises(BadConfig):
            check({**good, "no such field": 1})


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("connector", ASKED_OVER_HTTP)
def test_whatever_answers_ends_in_a_typed_error_or_in_sound_runs_without_a_value(connector: Connector, what: str) -> None:
    config, ask = EXAMPLES[connector.kind]
    config = {**config, "auth": "bearer", "token": CANARY}
    http = Http(httpx.Client(transport=httpx.MockTransport(BREAKS[what])))
    for act in _acts(connector, config, ask, http):
        told, error = outcome(act)
        assert not isinstance(error, BadConfig) or error.field
        assert CANARY not in f"{told} {error} {getattr(error, 'field', '')}"


def _acts(connector: Connector, config: dict[str, Any], ask: dict[str, Any], http: Http) -> Iterator[Callable[[], Any]]:
    def pull() -> object:
        batches = list(connector.pull(config, ask, http, Span(None, NOW)))
        for batch in batches:
            assert CANARY.encode() not in batch.payload.body
            assert CANARY not in batch.payload.name
        runs = [run for batch in batches for run in batch.runs]
        for run in runs:
            assert_sound(run)
        assert not [reading for run in runs for reading in run.readings]
        return [orjson.dumps(dataclasses.asdict(run)) for run in runs]

    yield pull
    yield partial(connector.test, config, http)
    yield from (partial(choices, config, http) for choices in connector.discover.values())
    if connector.test_ask is not None:
        yield partial(connector.test_ask, config, ask, http, NOW)


@pytest.mark.parametrize("sample", ["empty", "one", "many", "hostile"])
@pytest.mark.parametrize("connector", ASKED_OVER_HTTP)
def test_each_sample_is_pulled_into_sound_runs_or_refused(connector: Connector, sample: str) -> None:
    paths = sorted((HERE / connector.kind / "fixtures").glob(f"{sample}.*"))
    assert paths
    config, ask = EXAMPLES[connector.kind]

    def pulled(body: bytes) -> list[Run]:
        http = Http(httpx.Client(transport=httpx.MockTransport(saying(200, body))))
        return [run for batch in connector.pull(config, ask, http, Span(None, NOW)) for run in batch.runs]

    for path in paths:
        runs = survived(pulled, path.read_bytes())
        assert sample != "empty" or not [run.place for run in runs if run.valid]
