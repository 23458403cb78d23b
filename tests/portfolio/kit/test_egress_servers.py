"""What misbehaves out there becomes one of four words within the deadline; what the operator opened still works."""

from __future__ import annotations

import gzip
import io
import logging
import socket
import time
import zlib
from collections.abc import Sequence
from ipaddress import ip_address

import httpx
import psutil
import pytest

from portfolio.kit.egress import door, resolve
from portfolio.kit.egress.errors import BadAnswer, EgressError, NoAnswer, NotAllowed, NotTrusted
from portfolio.kit.egress.pace import STEP_S, paced
from portfolio.kit.egress.place import Address
from tests.portfolio.kit.rogue import Rogue, Script, closed, deaf, moved, ok, saying, serving
from tests.portfolio.kit.visits import HEAD, MAX_BYTES, to_this_machine, visiting

pytestmark = pytest.mark.usefixtures("opened")


def drip(pieces: Sequence[bytes], pause_s: float = 0.05) -> Script:
    def script(connection: socket.socket, _: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause_s)

    return script


def endless(start: bytes, piece: bytes) -> Script:
    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return script


def silent(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)


def reset(connection: socket.socket, _: bytes) -> None:
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


def packed(content: bytes, encoding: str = "gzip") -> bytes:
    return ok(content, f"Content-Encoding: {encoding}")


BOMB = gzip.compress(bytes(200 * 2**20), 9)

BREAKS = {
    "a dripping head": (drip([bytes([b]) for b in HEAD * 100]), NoAnswer),
    "a dripping body": (drip([HEAD + b"Content-Length: 9999\r\n\r\n", *[b"x"] * 9999]), NoAnswer),
    "silence": (silent, NoAnswer),
    "an end before the head": (saying(), NoAnswer),
    "half an answer, then the end": (saying(HEAD + b"Content-Length: 100\r\n\r\nabc"), NoAnswer),
    "half a chunk, then the end": (saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n64\r\nabc"), NoAnswer),
    "a reset in the middle": (reset, NoAnswer),
    "garbage": (saying(bytes(range(256)) * 64), NoAnswer),
    "another protocol": (saying(b"SSH-2.0-OpenSSH_9.2p1\r\n"), NoAnswer),
    "garbage for chunks": (saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"), NoAnswer),
    "two lengths": (saying(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"), NoAnswer),
    "a negative length": (saying(HEAD + b"Content-Length: -5\r\n\r\nabc"), NoAnswer),
    "an endless head": (endless(HEAD + b"X: ", b"x" * 65536), NoAnswer),
    "endless headers": (endless(HEAD, b"X: y\r\n" * 1000), NoAnswer),
    "endless preliminary answers": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), EgressError),
    "a switch of protocol": (saying(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), EgressError),
    "an endless body": (endless(HEAD + b"\r\n", b"x" * 65536), BadAnswer),
    "endless chunks": (endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"x" * 0x8000 + b"\r\n"), BadAnswer),
    "endless chunks of one byte": (endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1000), EgressError),
    "a body of announced excess": (saying(HEAD + b"Content-Length: 99999999999\r\n\r\nabc"), BadAnswer),
    "a number that is none": (saying(HEAD + b"Content-Length: 99999999999999999999999999\r\n\r\nabc"), EgressError),
    "a bomb": (saying(packed(BOMB)), BadAnswer),
    "a bomb in a bomb": (saying(packed(gzip.compress(BOMB), "gzip, gzip")), BadAnswer),
    "a bomb of many members": (saying(packed(gzip.compress(b"") * 20_000 + BOMB)), BadAnswer),
    "an encoding nobody asked for": (saying(packed(zlib.compress(b"abc"), "deflate")), BadAnswer),
    "brotli": (saying(packed(b"abc", "br")), BadAnswer),
    "gzip that is none": (saying(packed(b"plain text")), BadAnswer),
    "gzip with a wrong checksum": (saying(packed(gzip.compress(b"abc")[:-8] + bytes(8))), BadAnswer),
    "gzip that ends early": (saying(packed(gzip.compress(b"abc" * 1000)[:-10])), BadAnswer),
    "gzip with a tail": (saying(packed(gzip.compress(b"abc") + b"tail")), BadAnswer),
    "a redirect": (moved("http://127.0.0.1:1/"), BadAnswer),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_answer_is_a_typed_error_in_time(what: str) -> None:
    script, expected = BREAKS[what]
    before = psutil.Process().memory_info().rss
    with serving(script, repeat=False) as rogue, visiting() as client, pytest.raises(EgressError) as failed:
        client.get(f"http://127.0.0.1:{rogue.port}/")
    assert isinstance(failed.value, expected), failed.value.reason
    assert psutil.Process().memory_info().rss - before < 50 * 2**20


@pytest.mark.parametrize("what", ["an endless body", "a bomb", "a dripping body", "half an answer, then the end"])
def test_a_body_read_bit_by_bit_has_the_same_bounds(what: str) -> None:
    script, expected = BREAKS[what]
    with serving(script, repeat=False) as rogue, visiting() as client:
        url = f"http://127.0.0.1:{rogue.port}/"
        with client.stream("GET", url) as answer, pytest.raises(EgressError) as failed:
            list(answer.iter_bytes())
    assert isinstance(failed.value, expected)


def test_closed_filtered_silent_and_foreign_ports_are_told_alike() -> None:
    told = set()
    with deaf() as filtered, serving(silent) as hanging, serving(BREAKS["another protocol"][0], repeat=False) as ssh:
        for port in (closed(), filtered, hanging.port, ssh.port):
            for scheme in ("http", "https"):
                with visiting() as client, pytest.raises(NoAnswer) as failed:
                    client.get(f"{scheme}://127.0.0.1:{port}/")
                told.add((failed.value.word, str(failed.value), str(failed.value.text), failed.value.recovery))
    assert len(told) == 1


@pytest.mark.parametrize("taken_s", [0.0, 0.3, 4.9, 5.0, 14.9])
def test_a_failed_trial_takes_as_long_whatever_failed(taken_s: float) -> None:
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    def fail() -> None:
        now[0] += taken_s
        raise NoAnswer("closed")

    with pytest.raises(NoAnswer), paced(clock=lambda: now[0], sleep=sleep):
        fail()
    assert now[0] == pytest.approx(100.0 + STEP_S)


def test_a_resolver_that_hangs_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> list[object]:
        time.sleep(3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with visiting(resolver=resolve.system) as client, pytest.raises(NoAnswer):
        client.get("http://metrics.test:8080/")


def test_the_deadline_is_for_all_requests_together() -> None:
    def slow(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.3)
        connection.sendall(ok())

    with serving(slow) as rogue, visiting() as client, pytest.raises(NoAnswer):
        [client.get(f"http://127.0.0.1:{rogue.port}/") for _ in range(10)]
    assert 2 <= rogue.hits <= 5


def test_the_bytes_of_all_answers_have_a_bound() -> None:
    client = door("probe", max_bytes=MAX_BYTES, visit_bytes=2 * MAX_BYTES, resolver=to_this_machine)
    with serving(saying(ok(bytes(MAX_BYTES // 2)))) as rogue, client, pytest.raises(BadAnswer):
        [client.get(f"http://127.0.0.1:{rogue.port}/") for _ in range(10)]
    assert rogue.hits == 4


def test_what_is_open_works_with_its_name_on_one_connection_and_one_question_to_the_resolver() -> None:
    asked = []

    def resolver(host: str, port: int, timeout_s: float) -> list[Address]:
        asked.append(host)
        return [ip_address("127.0.0.1")]

    with (
        serving(saying(packed(gzip.compress(b"a") + gzip.compress(b"b"), "GZIP"))) as rogue,
        visiting(resolver=resolver) as client,
    ):
        url = f"http://metrics.test:{rogue.port}/a?b=c"
        answers = [client.get(url, headers={"Authorization": "Bearer t"}).content, client.post(url, json={"n": 1}).content]
    assert answers == [b"ab", b"ab"]
    assert asked == ["metrics.test"]
    assert rogue.heads[0].startswith(b"GET /a?b=c HTTP/1.1\r\nHost: metrics.test:%d\r\n" % rogue.port)
    assert b"Authorization: Bearer t\r\n" in rogue.heads[0]


def test_an_answer_of_exactly_the_allowed_size_is_taken() -> None:
    with visiting(deadline_s=5) as client:
        for answer in (ok(bytes(MAX_BYTES)), packed(gzip.compress(bytes(MAX_BYTES)))):
            with serving(saying(answer)) as rogue:
                assert len(client.get(f"http://127.0.0.1:{rogue.port}/").content) == MAX_BYTES
    with serving(saying(ok(bytes(MAX_BYTES + 1)))) as rogue, visiting() as client, pytest.raises(BadAnswer):
        client.get(f"http://127.0.0.1:{rogue.port}/")


def test_a_caller_cannot_send_it_elsewhere_beside_the_url() -> None:
    with serving(saying(ok())) as rogue, visiting() as client:
        url = f"http://metrics.test:{rogue.port}/"
        client.get(url, headers={"Host": "other.test", "Accept-Encoding": "br"}, extensions={"sni_hostname": "other.test"})
        with pytest.raises((EgressError, ValueError)):
            client.get(url, headers={"X": "a\r\nHost: other.test"})
    assert rogue.hits == 1
    assert b"Host: metrics.test" in rogue.heads[0]
    assert b"other.test" not in rogue.heads[0]


def test_a_closed_first_address_leads_to_the_next_checked_one() -> None:
    both = [ip_address("127.0.0.2"), ip_address("127.0.0.1")]
    with serving(saying(ok())) as rogue, visiting(resolver=lambda *_: both) as client:
        assert client.get(f"http://metrics.test:{rogue.port}/").content == b"fine"


def test_a_name_that_turns_to_a_denied_address_is_refused_at_the_next_connection() -> None:
    answers = iter(["127.0.0.1", "169.254.169.254", "127.0.0.1"])
    last = serving(saying(ok(b"fine", "Connection: close")))
    with last as rogue, visiting(resolver=lambda *_: [ip_address(next(answers))]) as client:
        url = f"http://metrics.test:{rogue.port}/"
        assert client.get(url).content == b"fine"
        with pytest.raises(NotAllowed):
            client.get(url)
        assert client.get(url).content == b"fine"
    assert rogue.hits == 2


def test_a_proxy_in_the_environment_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying(ok(b"trap"))) as trap, serving(saying(ok())) as rogue:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
        with visiting() as client:
            assert client.get(f"http://metrics.test:{rogue.port}/").content == b"fine"
    assert (trap.hits, rogue.hits) == (0, 1)


# --- redirects -------------------------------------------------------------------------------------------------------


def test_an_answer_leaves_no_cookie_and_chooses_no_codec() -> None:
    answer = ok(zlib.compress(b"x" * 1000), "Set-Cookie: a=b", "Content-Type: text/plain; charset=zlib")
    with serving(saying(answer)) as rogue, visiting() as client:
        got = client.get(f"http://metrics.test:{rogue.port}/")
        assert len(got.text) < 100
        client.get(f"http://metrics.test:{rogue.port}/")
    assert b"cookie" not in rogue.heads[1].lower()


def test_logs_tell_the_reason_and_never_path_query_or_header() -> None:
    written = io.StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(written)
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        with serving(saying(packed(b"canary"))) as rogue, visiting() as client:
            with pytest.raises(BadAnswer):
                client.get(f"http://metrics.test:{rogue.port}/canary?token=canary", headers={"Authorization": "Bearer canary"})
            with pytest.raises(NotAllowed):
                client.get(f"http://user:canary@metrics.test:{rogue.port}/")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "not gzip" in written.getvalue()
    assert "user name in the URL" in written.getvalue()
    assert "canary" not in written.getvalue()


def test_code_that_knows_only_httpx_catches_every_one_of_them() -> None:
    for kind in (NotAllowed, NotTrusted, NoAnswer, BadAnswer):
        assert issubclass(kind, httpx.TransportError)
    assert len({kind.word for kind in (NotAllowed, NotTrusted, NoAnswer, BadAnswer)}) == 4


def test_fifty_visits_leave_no_connection_open() -> None:
    with serving(saying(ok())) as rogue:
        for _ in range(50):
            with visiting() as client:
                client.get(f"http://metrics.test:{rogue.port}/")
        mine = [c for c in psutil.Process().net_connections("tcp") if c.raddr and c.raddr.port == rogue.port]
    assert mine == []
    assert isinstance(rogue, Rogue)
