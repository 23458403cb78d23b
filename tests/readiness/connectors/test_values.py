"""Numbers, units, secrets and damaged payloads of foreign files."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from readiness.connectors.collector import Collector
from readiness.connectors.contract import Flaw, Statistic
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import content_key, run_key
from readiness.connectors.payload import decoded, json_records, parse_csv, parse_json, parse_yaml
from readiness.connectors.redaction import REDACTED, tidy
from readiness.connectors.values import number, text, whole


@pytest.mark.parametrize(
    "raw", [None, True, False, "", "NaN", "inf", "-Infinity", "N/A", "1,000", "1_000", "0x1F", [], {}, "1e400"]
)
def test_what_is_no_finite_number_is_absent_and_never_zero(raw: object) -> None:
    assert number(raw) is None


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf, 10**400, "9" * 400])
def test_neither_is_what_no_float_holds(raw: object) -> None:
    assert number(raw) is None


@pytest.mark.parametrize(
    ("raw", "value"), [(3, 3.0), ("1000.0", 1000.0), (" 12.5 ", 12.5), ("1e-3", 0.001), (0, 0.0), ("-2", -2.0)]
)
def test_numbers_come_as_numbers_and_as_text(raw: object, value: float) -> None:
    assert number(raw) == value


def test_a_count_is_whole_and_not_negative() -> None:
    assert [whole(one) for one in (3, "550", 0, 3.0)] == [3, 550, 0, 3]
    assert [whole(one) for one in (-1, 1.5, 2**60, "many")] == [None] * 4


def test_text_is_printable_and_short() -> None:
    assert text("a\x00b\u202ec") == "a b c"
    assert len(text("x" * 9999)) == 200
    assert text({"a": 1}) == ""


def test_an_uncertain_value_gives_a_flaw_and_no_reading() -> None:
    collector = Collector()
    collector.add("kv_cache_use", 45.0, "ratio", Statistic.MEAN, name="kv")
    collector.add("ttft", 3.0, "furlongs", Statistic.MEAN, name="ttft")
    assert collector.readings == ()
    assert [flaw for flaw, _ in collector.flaws] == [Flaw.UNIT_UNCERTAIN]
    assert "kv" in collector.flaws[0][1]
    assert "ttft" in collector.flaws[0][1]


def test_a_latency_of_zero_was_not_measured_and_a_negative_one_is_impossible() -> None:
    collector = Collector()
    collector.add("ttft", 0.0, "ms", Statistic.MEAN, name="zero")
    collector.add("latency", -1.0, "ms", Statistic.MEAN, name="negative")
    collector.add("schedule_delay", -0.001, "s", Statistic.MIN, name="early")
    assert [one.metric for one in collector.readings] == ["schedule_delay"]
    assert collector.refused == {"zero": "zero: not measured", "negative": "negative"}
    assert collector.flaws == ()


def test_a_percentile_lies_between_and_belongs_to_a_distribution() -> None:
    collector = Collector()
    for share in (0.0, 1.0, 1.5, -0.5):
        collector.add("ttft", 1.0, "s", Statistic.PERCENTILE, percentile=share, name="p")
    collector.add("throughput", 1.0, "1/s", Statistic.PERCENTILE, percentile=0.5, name="p")
    assert collector.readings == ()


SECRETS = {
    "api_key": "abc", "apiKey": "abc", "HF_TOKEN": "abc", "Authorization": "Bearer abcdefghijkl", "password": 12345,
    "headers": {"x-api-key": "abc", "cookie": ["abc"]}, "access_token": {"a": "abc"}, "client_secret": "abc",
}  # fmt: skip


def test_values_under_the_names_of_secrets_are_removed() -> None:
    kept = json.dumps(tidy(SECRETS))
    assert "abc" not in kept
    assert "12345" not in kept
    assert kept.count(REDACTED) >= len(SECRETS)


@pytest.mark.parametrize(
    "written",
    ["Bearer abcdefgh12345678", "sk-abcdefgh12345678", "hf_abcdefgh12345678", "--api-key abcdefgh12345678",
     "nvapi-abcdefgh12345678",
     "https://user:abcdefgh12345678@example.org/v1", "api_key=abcdefgh12345678", "glpat-abcdefgh12345678"],
)  # fmt: skip
def test_texts_that_look_like_secrets_are_removed_wherever_they_stand(written: str) -> None:
    assert "abcdefgh12345678" not in json.dumps(tidy({"args": [written], written: {"x": f"run with {written} please"}}))


def test_words_of_the_trade_are_no_secrets() -> None:
    kept = {
        "time_per_output_token": 1,
        "output_tokens": 2,
        "api_key": None,
        "tokenizer_id": "a",
        "total_tokens": "3",
        "keyword": "x",
    }
    assert tidy(kept) == kept


def test_what_is_kept_is_bounded_and_storable() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = {"a": deep}
    kept = tidy({"deep": deep, "wide": list(range(5000)), "long": "x" * 5000, "nan": math.nan, "huge": 10**50, "t": (1, 2)})
    assert len(json.dumps(kept, allow_nan=False)) < 3000
    assert kept["wide"] == "5000 entries"
    assert kept["nan"] == "nan"


def test_infinity_as_python_writes_it_is_read_and_never_a_number() -> None:
    assert number(parse_json(b'{"a": Infinity}')["a"]) is None
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": }', b"[" * 100_000, b"\xff\xfe\x00", b'{"a": ' + b"9" * 6000])
def test_what_is_no_json_is_fatal(content: bytes) -> None:
    with pytest.raises(Fatal):
        parse_json(content)


def test_a_cut_off_line_of_json_lines_does_not_cost_the_others() -> None:
    assert list(json_records(b'{"a": 1}\n{"a": 2}\n{"a": ')) == [(0, {"a": 1}), (1, {"a": 2}), (2, None)]


@pytest.mark.parametrize("content", [b"a: [", b"&a [*a, *a" + b", *a" * 2000 + b"]", b"!!python/object/apply:os.system ['true']"])
def test_yaml_that_is_damaged_explodes_or_calls_is_fatal(content: bytes) -> None:
    with pytest.raises(Fatal):
        parse_yaml(content)


def test_csv_comes_in_the_encodings_that_occur() -> None:
    assert parse_csv("\ufeffgpu,ü\n1,2\n".encode()) == [["gpu", "ü"], ["1", "2"]]
    assert decoded("é".encode("cp1252")) == "é"
    assert decoded("a".encode("utf-16")) == "a"


def test_a_key_does_not_depend_on_the_order_of_keys_or_the_last_bits_of_a_mean() -> None:
    assert content_key("t", "f", {"a": 1, "b": {"c": 2.5}}) == content_key("t", "f", {"b": {"c": 2.5}, "a": 1.0})
    assert run_key("t", 0.1 + 0.2) == run_key("t", 0.3)
    assert run_key("t", None) != run_key("t", 0)
    assert run_key("t", "a", "b") != run_key("t", "ab")
