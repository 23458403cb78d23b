"""Canonical JSON against the vectors of RFC 8785, and what it refuses."""

from __future__ import annotations

import json
import struct
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.evidence.choices import Verdict
from readiness.gates.rules.canonical import NotCanonical, canonical, digest, plain
from readiness.gates.rules.templates.template import Thresholds

# RFC 8785, appendix B: the bits of a double and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "written"), NUMBERS.items())
def test_numbers_are_written_as_the_rfc_writes_them(bits: str, written: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value).decode() == written


def test_the_example_of_the_rfc_comes_out_to_the_byte() -> None:
    given_ = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    wanted = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(given_) == wanted.encode()


def test_names_are_sorted_by_their_utf_16_units() -> None:
    """RFC 8785, 3.2.3: a face (a pair of surrogates) comes before U+FB33, though its code point is the larger one."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    wanted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == wanted


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, float("nan")]}, r"a\[1\]"),
        ({"a": {"b": float("inf")}}, r"a\.b"),
        (2**53, "the value"),
        ({"a": "\ud800"}, "a"),
        ({"\ud800": 1}, "the value"),
        ({1: 2}, "the value"),
        ({"a": Decimal(1)}, "a"),
        ({"a": datetime(2026, 1, 1)}, "a"),  # noqa: DTZ001
    ],
)
def test_what_has_no_one_spelling_is_refused_with_its_place(value: object, place: str) -> None:
    with pytest.raises(NotCanonical, match=f"^{place}: "):
        canonical(value)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_it_reads_back_as_the_same_and_is_written_the_same_again(value: object) -> None:
    """Every number of JSON is a double: 1e20 is written with all its digits, which Python alone would read as a whole number."""
    text = canonical(value)
    again = json.loads(text, parse_int=float)
    assert again == value
    assert canonical(again) == text


@given(st.dictionaries(st.text(), st.integers(0, 9), min_size=2))
def test_the_order_of_names_does_not_matter(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


def test_plain_data_of_times_decimals_enums_and_sets() -> None:
    berlin = datetime(2026, 11, 29, 1, 30, tzinfo=timezone(timedelta(hours=1)))
    given_ = {
        "at": berlin,
        "on": date(2026, 2, 3),
        "sum": Decimal("10.50"),
        "verdict": Verdict.MET,
        "set": {3, 1, 2},
        "pair": (1, 2),
    }
    assert plain(given_) == {
        "at": "2026-11-29T00:30:00.000000Z",
        "on": "2026-02-03",
        "sum": "10.50",
        "verdict": "met",
        "set": [1, 2, 3],
        "pair": [1, 2],
    }
    assert plain(berlin) == plain(berlin.astimezone(UTC))


def test_a_dataclass_is_its_members_and_a_class_is_no_data() -> None:
    assert plain(Thresholds(passing=0.8, warning=0.6)) == {"passing": 0.8, "warning": 0.6}
    with pytest.raises(NotCanonical, match="a type is no plain data"):
        canonical(plain(Thresholds))


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(NotCanonical, match="zone"):
        plain(datetime(2026, 1, 1))  # noqa: DTZ001
