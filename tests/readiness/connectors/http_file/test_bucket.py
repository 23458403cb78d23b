"""Buckets of an object store: signed as AWS prescribes, listed whole, each version fetched once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from readiness.connectors import fetched
from readiness.connectors.contract import Flaw, Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.http import Http
from readiness.connectors.http_file import s3
from readiness.connectors.http_file.connector import CONNECTOR
from readiness.connectors.live import Span
from tests.readiness.connectors.http_file import sigv4
from tests.readiness.connectors.http_file.store import ACCESS_ID, BUCKET, REGION, SECRET_KEY, Store, problem, xml
from tests.readiness.connectors.mutation import MUTATED, hostile, mutations
from tests.readiness.connectors.scripted import DROPPED, Asked, Server, Told, open_loopback, serving, through_the_door
from tests.readiness.connectors.soundness import assert_sound, survived

FIXTURES = Path(__file__).parent / "fixtures"
ONE = (FIXTURES / "one.json").read_bytes()
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
CONFIG = {"store": "s3", "access_id": ACCESS_ID, "secret_key": SECRET_KEY, "region": REGION}


@pytest.fixture(autouse=True)
def opened(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "http_file")


class Caller:
    """Keeps what a caller keeps between two pulls: the watermark and the names of what came."""

    def __init__(self, server: Server, ask: dict[str, Any] | None = None, **config: Any) -> None:
        self.config = {"address": server.address, **CONFIG, **config}
        self.ask = {"path": BUCKET, **(ask or {})}
        self.since: datetime | None = None
        self.names: set[str] = set()

    def pull(self, until: datetime = NOW) -> list[Run]:
        CONNECTOR.check(self.config)
        CONNECTOR.check_ask(self.ask)
        found: list[Run] = []
        names, read_to = set[str](), self.since
        with through_the_door("http_file", max_bytes=CONNECTOR.answer_bytes) as http:
            for batch in CONNECTOR.pull(self.config, self.ask, http, Span(self.since, until, self.names.__contains__)):
                assert batch.payload.size
                assert batch.payload.opened().read(1)
                assert batch.payload.path is not None
                assert len(batch.payload.name) <= 500
                names.add(batch.payload.name)
                found += batch.runs
                if batch.read_to:
                    read_to = max(batch.read_to, read_to or batch.read_to)
        self.since, self.names = read_to, self.names | names
        for run in found:
            assert_sound(run)
        return found


def variant(number: int) -> bytes:
    return ONE.replace(b'"request_throughput": ', b'"request_throughput": %d' % number, 1)


# The examples of "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PUBLISHED = [
    ("/test.txt", {"range": "bytes=0-9"}, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    ("/?lifecycle", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ("/?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
]


@pytest.mark.parametrize(("target", "more", "published"), PUBLISHED)
def test_the_check_of_signatures_agrees_with_the_published_examples(target: str, more: dict[str, str], published: str) -> None:
    headers = {"host": "examplebucket.s3.amazonaws.com", "x-amz-content-sha256": EMPTY, "x-amz-date": "20130524T000000Z", **more}
    scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
    said = f"AWS4-HMAC-SHA256 Credential={scope},SignedHeaders={';'.join(sorted(headers))},Signature={published}"
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert sigv4.expected(secret, "GET", target, headers | {"authorization": said}) == published == sigv4.signature(said)


def test_every_object_that_matches_is_read_once_in_the_order_in_which_it_came() -> None:
    store = Store(page=2)
    for number in range(5):
        store.put(f"nightly/run {number}.json", variant(number), NOW - timedelta(hours=number))
    store.put("nightly/notes.txt", b"words", NOW)
    store.put("nightly/half.json.part", ONE, NOW)
    store.put("weekly/run.json", ONE, NOW)
    with serving(store) as server:
        caller = Caller(server, {"prefix": "nightly/", "pattern": "*.json"})
        assert len(caller.pull()) == 5
        assert store.served == [f"nightly/run {number}.json" for number in (4, 3, 2, 1, 0)]
        assert store.listed == 4
        assert caller.since == NOW
        assert caller.pull() == []
        store.put("nightly/run 2.json", variant(9), NOW + timedelta(minutes=1))
        assert len(caller.pull(NOW + timedelta(hours=1))) == 1
    assert store.served[5:] == ["nightly/run 2.json"]


def test_an_object_that_appears_with_an_older_time_is_still_read() -> None:
    store = Store({"a.json": (ONE, NOW)})
    with serving(store) as server:
        caller = Caller(server)
        caller.pull()
        store.put("large.json", variant(7), NOW - timedelta(hours=20))  # its upload began then
        assert len(caller.pull()) == 1
        store.put("late.json", variant(8), NOW - timedelta(hours=30))
        assert caller.pull() == []


@pytest.mark.parametrize(
    "key", ["a b+c.json", "ü/ö.json", "100%.json", "q?a=b&c.json", "x'y(z)~!$*.json", "a//b.json", "#1.json"]
)
def test_keys_of_any_signs_are_signed_and_fetched(key: str) -> None:
    store = Store({key: (ONE, NOW)})
    with serving(store) as server:
        assert len(Caller(server).pull()) == 1
    assert store.served == [key]


def test_a_session_token_is_sent_and_signed() -> None:
    store = Store({"a.json": (ONE, NOW)}, session_token="FwoGZXIvYXdzEBYaD/session")
    with serving(store) as server:
        assert len(Caller(server, session_token=store.session_token).pull()) == 1
    assert "x-amz-security-token" in server.asked[0].headers["authorization"]


def test_a_bucket_that_is_open_to_all_needs_no_key() -> None:
    with serving(Store({"a.json": (ONE, NOW)}, open_to_all=True)) as server:
        assert len(Caller(server, access_id="", secret_key="").pull()) == 1
        assert "authorization" not in server.asked[0].headers


def test_the_bucket_may_stand_in_the_name_of_the_host() -> None:
    import httpx

    http = s3.Bucket("results", in_host=True).at(Http(httpx.Client()), "https://s3.eu-central-1.amazonaws.com/")
    assert http.address == "https://results.s3.eu-central-1.amazonaws.com"
    assert s3.Bucket("results").at(http, "https://minio.example:9000").address == "https://minio.example:9000/results"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"secret_key": "another/secret+0123456789012345"}, "secret_key"),
    ({"access_id": "AKIASOMEBODYELSE"}, "secret_key"),
    ({"region": "us-east-1"}, "region"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_who_signs_wrongly_is_told_what_to_mend(change: dict[str, Any], field: str) -> None:
    with serving(Store({"a.json": (ONE, NOW)})) as server, pytest.raises(BadConfig) as refused:
        Caller(server, **change).pull()
    assert refused.value.field == field
    assert SECRET_KEY not in refused.value.text


def test_a_bucket_that_is_none_is_told() -> None:
    with serving(Store()) as server, pytest.raises(BadConfig, match="no such bucket") as refused:
        Caller(server, {"path": "elsewhere"}).pull()
    assert refused.value.field == "path"


def test_what_nobody_can_read_is_kept_with_its_reason() -> None:
    store = Store({"a.json": (ONE, NOW), "b.json": (b'{"anything": 1}', NOW), "c.json": (ONE[: len(ONE) // 2], NOW)})
    with serving(store) as server:
        caller = Caller(server)
        found = {run.place: run for run in caller.pull()}
        assert caller.pull() == []
    assert [flaw for flaw, _ in found["b.json"].flaws] == [Flaw.NOT_A_RESULT]
    assert "no known format" in found["b.json"].flaws[0][1]
    assert not found["c.json"].valid


def test_an_object_beyond_the_limit_is_not_fetched_and_says_so() -> None:
    store = Store({"large.json": (ONE + b" " * 2**20, NOW), "small.json": (variant(1), NOW)})
    with serving(store) as server:
        batches = Caller(server, largest_mib=1)
        with through_the_door("http_file", max_bytes=CONNECTOR.answer_bytes) as http:
            found = [run for one in CONNECTOR.pull(batches.config, batches.ask, http, Span(None, NOW)) for run in one.runs]
    assert store.served == ["small.json"]
    assert [run.flaws for run in found if run.place == "large.json"] == [((Flaw.NOT_A_RESULT, "larger than 1 MiB"),)]


def test_an_object_that_was_too_large_is_fetched_once_the_limit_allows() -> None:
    store = Store({"large.json": (ONE + b" " * 2**20, NOW)})
    with serving(store) as server:
        caller = Caller(server, largest_mib=1)
        with through_the_door("http_file", max_bytes=CONNECTOR.answer_bytes) as http:
            (batch,) = CONNECTOR.pull(caller.config, caller.ask, http, Span(None, NOW))
        caller.since, caller.names = batch.read_to, {batch.payload.name}
        assert caller.pull() == []
        caller.config["largest_mib"] = 2
        (run,) = caller.pull()
    assert run.valid


def test_an_object_that_the_door_does_not_let_in_is_named_after_what_came_before_it() -> None:
    store = Store({"a.json": (ONE, NOW - timedelta(minutes=1)), "b.json": (variant(1) + b" " * 2**20, NOW)})
    with serving(store) as server:
        caller = Caller(server)
        with through_the_door("http_file", max_bytes=2**20) as http:
            (batch,) = CONNECTOR.pull(caller.config, caller.ask, http, Span(None, NOW))
        assert batch.payload.name.startswith("a.json")
        with (
            through_the_door("http_file", max_bytes=2**20) as http,
            pytest.raises(Fatal, match=r"b\.json \(1 MiB\).*read more at a time"),
        ):
            list(CONNECTOR.pull(caller.config, caller.ask, http, Span(batch.read_to, NOW, {batch.payload.name}.__contains__)))


def test_a_large_bucket_is_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "FILES_AT_A_TIME", 4)
    store = Store({f"{number}.json": (variant(number), NOW - timedelta(minutes=number)) for number in range(10)})
    with serving(store) as server:
        caller = Caller(server)
        assert [len(caller.pull()) for _ in range(4)] == [4, 4, 2, 0]
    monkeypatch.setattr(fetched, "BYTES_AT_A_TIME", 2 * len(ONE))
    store.served.clear()
    with serving(store) as server:
        caller = Caller(server)
        assert len(caller.pull()) in (1, 2)


@pytest.mark.parametrize("lost", range(5))
def test_what_is_lost_on_the_way_makes_the_pull_count_for_nothing(lost: int) -> None:
    store, turn = Store({f"{one}.json": (variant(one), NOW) for one in range(3)}, page=2), iter(range(1000))

    def script(asked: Asked) -> Told:
        return DROPPED if next(turn) == lost else store(asked)

    with serving(script) as server:
        caller = Caller(server)
        with pytest.raises(Retryable):
            caller.pull()
        assert len(caller.pull()) == 3


def test_an_object_that_leaves_while_the_bucket_is_read_is_no_wrong_address() -> None:
    store = Store({"a.json": (ONE, NOW)})

    def script(asked: Asked) -> Told:
        return problem("NoSuchKey", 404) if asked.path.endswith("a.json") else store(asked)

    with serving(script) as server, pytest.raises(Retryable, match="left the bucket"):
        Caller(server).pull()


ENDLESS = (
    "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>"
)
BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><ListBucketResult>&b;</ListBucketResult>"
ANSWERS: list[tuple[Told, type[ConnectorError]]] = [
    (xml(ENDLESS), Retryable),
    (xml("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"), Retryable),
    (xml(BOMB), Fatal),
    (Told(b"<html>sign in</html>", headers={"Content-Type": "text/html"}), Fatal),
    (Told(b'{"code": 200}'), Fatal),
    (problem("SlowDown", 503), Retryable),
    (problem("InternalError", 200), Retryable),
    (problem("PermanentRedirect", 400), BadConfig),
    (problem("SomethingNew", 400), Fatal),
    (Told(b"", 403), BadConfig),
]


@pytest.mark.parametrize(("answer", "error"), ANSWERS)
def test_a_list_that_is_none_says_what_to_do_next(answer: Told, error: type[ConnectorError]) -> None:
    with serving(lambda asked: answer) as server, pytest.raises(error):
        Caller(server).pull()
    assert len(server.asked) < 4


def test_a_feed_is_told_what_it_would_find() -> None:
    store = Store({"n/a.json": (ONE, NOW), "n/b.json": (ONE, NOW)})
    with serving(store) as server, through_the_door("http_file") as http:
        config = {"address": server.address, **CONFIG}
        assert CONNECTOR.test_ask
        assert CONNECTOR.test_ask(config, {"path": BUCKET, "prefix": "n/"}, http, NOW).facts == ("2 objects of 0.0 MiB",)
        assert CONNECTOR.test_ask(config, {"path": BUCKET, "prefix": "x/"}, http, NOW).remarks == ("no object matches",)
        assert CONNECTOR.test(config, http).remarks


def test_hostile_lists_and_objects_end_in_sound_runs_or_an_error() -> None:
    store, table = Store({"a.json": (ONE, NOW)}, open_to_all=True), {"object": ONE, "list": b""}

    def script(asked: Asked) -> Told:
        if "list-type" in asked.query:
            return Told(table["list"]) if table["list"] else store(asked)
        return Told(table["object"])

    def read_object(content: bytes) -> list[Run]:
        table["object"] = content
        return caller().pull()

    def read_list(content: bytes) -> list[Run]:
        table["list"], table["object"] = content, ONE
        return caller().pull()

    def caller() -> Caller:
        return Caller(server, access_id="", secret_key="")

    page = store(Asked("GET", f"/{BUCKET}/", {"list-type": "2"}, {}, b"", "")).body
    assert isinstance(page, bytes)
    with serving(script) as server:
        hostile(read_object, [one.read_bytes() for one in sorted(FIXTURES.iterdir()) if one.stem != "empty"], "object")
        for payload in mutations([page], "list of objects", MUTATED):
            survived(read_list, payload)
