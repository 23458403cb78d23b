"""One file of a web server: fetched when it has changed, never held in memory, never taken for something else."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from readiness.connectors.contract import Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.http_file.connector import CONNECTOR
from readiness.connectors.live import Batch, Span
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.scripted import DROPPED, Asked, Server, Told, open_loopback, serving, through_the_door
from tests.readiness.connectors.soundness import assert_sound

FIXTURES = Path(__file__).parent / "fixtures"
ONE = (FIXTURES / "one.json").read_bytes()
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
ASK = {"path": "/results/latest.json"}


@pytest.fixture(autouse=True)
def opened(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "http_file")


def pulled(server: Server, span: Span | None = None, ask: dict[str, Any] = ASK, **config: Any) -> list[Batch]:
    """Batches as they are given, and nothing of their files afterwards."""
    config = {"address": server.address, **config}
    CONNECTOR.check(config)
    CONNECTOR.check_ask(ask)
    found = []
    with through_the_door("http_file", max_bytes=CONNECTOR.answer_bytes) as http:
        for batch in CONNECTOR.pull(config, ask, http, span or Span(None, NOW)):
            path = batch.payload.path
            assert path is not None
            assert path.is_file()
            assert not batch.payload.body
            for run in batch.runs:
                assert_sound(run)
            found.append(batch)
    assert not any(batch.payload.path and batch.payload.path.exists() for batch in found)
    return found


class Web:
    """A file with what a web server says of it. `validators`: which of ETag and Last-Modified it tells."""

    def __init__(self, content: bytes = ONE, *, validators: str = "etag modified", heads: bool = True) -> None:
        self.content, self.modified, self.validators, self.heads = content, NOW - timedelta(hours=1), validators, heads
        self.sent = 0

    def __call__(self, asked: Asked) -> Told:
        if asked.method == "HEAD" and not self.heads:
            return Told(b"", 405)
        headers = {"Date": format_datetime(NOW, usegmt=True)}
        if "etag" in self.validators:
            headers["ETag"] = f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'
        if "modified" in self.validators:
            headers["Last-Modified"] = format_datetime(self.modified, usegmt=True)
            if asked.headers.get("if-modified-since") == headers["Last-Modified"]:
                return Told(b"", 304, headers)
        self.sent += asked.method == "GET"
        return Told(self.content, headers=headers)


def test_a_file_is_fetched_once_until_it_changes() -> None:
    web = Web()
    with serving(web) as server:
        (batch,) = pulled(server)
        assert batch.read_to == web.modified
        assert len(batch.runs) == 1
        assert batch.runs[0].valid
        assert pulled(server, Span(batch.read_to, NOW)) == []
        assert web.sent == 1
        web.content, web.modified = ONE + b" ", NOW - timedelta(minutes=5)
        (again,) = pulled(server, Span(batch.read_to, NOW))
    assert again.payload.name != batch.payload.name
    assert again.runs[0].key == batch.runs[0].key  # the same measurement


@pytest.mark.parametrize("validators", ["etag", "etag modified"])
def test_a_version_that_came_before_is_not_fetched_again_where_no_time_is_told(validators: str) -> None:
    web = Web(validators=validators)
    with serving(web) as server:
        (batch,) = pulled(server)
        assert pulled(server, Span(None, NOW, {batch.payload.name}.__contains__)) == []
    assert web.sent == 1


@pytest.mark.parametrize(("validators", "heads"), [("", True), ("", False), ("etag", False)])
def test_a_server_that_says_nothing_is_believed_by_the_content(validators: str, heads: bool) -> None:
    web = Web(validators=validators, heads=heads)
    with serving(web) as server:
        (batch,) = pulled(server)
        assert batch.read_to is None
        assert pulled(server, Span(None, NOW, {batch.payload.name}.__contains__)) == []
        web.content = ONE + b"\n"
        (again,) = pulled(server, Span(None, NOW, {batch.payload.name}.__contains__))
    assert again.payload.name != batch.payload.name


def test_a_file_of_this_very_second_may_change_once_more() -> None:
    web = Web()
    web.modified = NOW - timedelta(seconds=1)
    with serving(web) as server:
        (batch,) = pulled(server)
    assert batch.read_to is None


def test_what_is_asked_of_the_address_is_sent_as_it_is_given() -> None:
    with serving(Web()) as server:
        pulled(server, ask={"path": "a b/ü.json", "query": {"job": "bench&x", "v": "1 2"}}, auth="bearer", token="t-0123456789")
    assert {one.target for one in server.asked} == {"/a%20b/%C3%BC.json?job=bench%26x&v=1+2"}
    assert {one.headers["authorization"] for one in server.asked} == {"Bearer t-0123456789"}


def test_a_large_archive_is_read_from_its_file_and_not_held_in_memory() -> None:
    """Sixty files that nobody knows and two that are read: more than a hundred megabytes, of which a few are held at a time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number in range(60):
            _add(archive, f"noise/{number}.bin", number.to_bytes(2) * 2**20)
        _add(archive, "run-1.json", ONE)
        _add(archive, "run-2.json", ONE.replace(b'"date": "', b'"date": "9', 1))
    content = packed.getvalue()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 2**16):
            yield content[start : start + 2**16]

    with serving(lambda asked: Told(pieces() if asked.method == "GET" else b"")) as server:
        tracemalloc.start()
        (batch,) = pulled(server)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(content) > 120 * 2**20
    assert [run.place.partition("!")[0] for run in batch.runs] == ["run-1.json", "run-2.json"]
    assert most < 40 * 2**20


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(content)
    archive.addfile(about, io.BytesIO(content))


def test_a_packed_file_is_read_as_what_it_holds() -> None:
    with serving(Web(gzip.compress(ONE))) as server:
        (batch,) = pulled(server, ask={"path": "/latest.json.gz"})
    assert batch.runs[0].valid


def endless() -> Iterator[bytes]:
    while True:
        yield b" " * 2**16


REFUSALS: list[tuple[Told, type[ConnectorError], str]] = [
    (Told(b"", 404), BadConfig, "address"),
    (Told(b"", 401), BadConfig, "token"),
    (Told(b"", 403), BadConfig, "token"),
    (Told(b"", 429, {"Retry-After": "9"}), Retryable, ""),
    (Told(b"", 502), Retryable, ""),
    (Told(b"", 302, {"Location": "/elsewhere"}), ConnectorError, ""),
    (Told(b"<html>sign in</html>", headers={"Content-Type": "text/html"}), Fatal, ""),
    (Told(b'{"anything": 1}'), Fatal, ""),
    (Told(b""), Fatal, ""),
    (Told(ONE, cut=40), Retryable, ""),
    (Told(ONE[:300]), ConnectorError, ""),
    (DROPPED, Retryable, ""),
    (Told(endless()), Fatal, ""),
]


@pytest.mark.parametrize(("answer", "error", "field"), REFUSALS)
def test_a_refusal_says_what_to_do_next(answer: Told, error: type[ConnectorError], field: str) -> None:
    with (
        serving(lambda asked: answer if asked.method == "GET" else Told(b"", 405)) as server,
        pytest.raises(error) as refused,
    ):
        pulled(server, auth="bearer", token="t-0123456789", largest_mib=1)
    assert getattr(refused.value, "field", "") == field
    assert "t-0123456789" not in refused.value.text


def test_what_is_refused_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(tmp_path.iterdir())
    with serving(lambda asked: Told(ONE, cut=40)) as server, pytest.raises(Retryable):
        pulled(server)
    assert set(tmp_path.iterdir()) == before


def test_a_source_says_whether_it_answers_and_a_feed_what_it_would_find() -> None:
    web = Web()
    with serving(web) as server, through_the_door("http_file") as http:
        assert CONNECTOR.test({"address": server.address}, http).remarks == ()
        assert CONNECTOR.test_ask
        facts = CONNECTOR.test_ask({"address": server.address}, ASK, http, NOW).facts
    assert facts == ("last changed 2026-06-10 11:00 UTC",)
    with serving(lambda asked: Told(b"", 404)) as server, through_the_door("http_file") as http:
        assert "not at the address alone" in CONNECTOR.test({"address": server.address}, http).remarks[0]
    with through_the_door("http_file") as http, pytest.raises(BadConfig):
        CONNECTOR.test({"address": "https://elsewhere.example"}, http)


@pytest.mark.parametrize("path", ["", " ", "../secrets", "/a/../b", "/a?b", "/a#b", "//evil.example/x", "/a\\b", "/a\nb"])
def test_a_path_that_is_none_is_refused_before_anything_is_asked(path: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check_ask({"path": path})
    assert refused.value.field == "path"


@pytest.mark.parametrize("path", ["@elsewhere.example/x", ":80@elsewhere.example/", ".elsewhere.example/x"])
def test_a_path_never_becomes_part_of_the_host(path: str) -> None:
    with serving(Web()) as server:
        pulled(server, ask={"path": path})
    assert all(one.path.startswith("/") for one in server.asked)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"store": "ftp"}, "store"),
    ({"largest_mib": 0}, "largest_mib"),
    ({"largest_mib": 4096}, "largest_mib"),
    ({"store": "s3", "access_id": "AKIA"}, "secret_key"),
    ({"store": "s3", "access_id": "ü", "secret_key": "x"}, "access_id"),
    ({"region": "eu central"}, "region"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_source_that_is_set_wrongly_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check({"address": "https://files.example", **change})
    assert refused.value.field == field


def test_hostile_files_end_in_sound_runs_or_an_error() -> None:
    """Through the connector and the door: one server answers with whatever is on the table."""
    table = {"answer": b""}

    def read(content: bytes) -> list[Run]:
        table["answer"] = content
        return [run for batch in pulled(server) for run in batch.runs]

    with serving(lambda asked: Told(table["answer"])) as server:
        hostile(read, [one.read_bytes() for one in sorted(FIXTURES.iterdir()) if one.stem != "empty"], "http_file connector")
