from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.meetings.rules.packs.page import Badge, Band, Cell, Chart, Column, Document, Section, Table, plain
from readiness.meetings.rules.packs.texts import LONGEST, printable, shortened


def document(**given_: object) -> Document:
    return Document(kind="pack", title="t", kicker="k", running="r", foot="f", made_at="2026-03-12T14:05:00+00:00", **given_)  # type: ignore[arg-type]


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain words", "plain words"),
            ("a\x00b", "a\u2400b"),
            ("\x1b[31m", "\u241b[31m"),
            ("one\r\ntwo", "one\ntwo"),
            ("a\tb", "a b"),
            ("\u202egnp.exe", "[U+202E]gnp.exe"),
            ("half \ud83d", "half \ufffd"),
            ("\ue000 \x85", "\ufffd \ufffd"),
            ("no\u00a0break", "no\u00a0break"),
        ],
    )
    def test_what_cannot_be_seen_is_shown(self, text: str, shown: str) -> None:
        assert printable(text) == shown

    def test_a_long_word_gets_places_to_break_and_a_short_one_none(self) -> None:
        assert printable("w" * LONGEST) == "w" * LONGEST
        assert "\u200b" in printable("w" * (LONGEST + 1))

    def test_what_is_read_as_one_letter_is_never_broken(self) -> None:
        family = "\U0001f469\u200d\U0001f680"
        assert family in printable(family * 20)
        assert "\u200b\u0301" not in printable("e\u0301" * 40)

    @given(st.text(max_size=200))
    def test_it_can_be_said_in_utf_8_and_a_second_time_changes_nothing(self, text: str) -> None:
        once = printable(text)
        once.encode()
        assert printable(once).replace("\u200b", "") == once.replace("\u200b", "")

    def test_a_label_is_cut_where_it_is_too_long(self) -> None:
        assert shortened("Time to the first token", 10) == "Time to t…"
        assert shortened("short", 10) == "short"


class TestPlain:
    def test_charts_are_collected_in_the_order_of_the_pages_and_named_in_their_places(self) -> None:
        first, second = Chart("scores", "one", {"rows": []}), Chart("evidence", "two", {"rows": []})

        data = plain(document(sections=(Section(title="a", chart=first), Section(title="b", chart=second))))

        assert [one["chart"]["file"] for one in data["document"]["sections"]] == ["chart-001.svg", "chart-002.svg"]
        assert [one["kind"] for one in data["charts"]] == ["scores", "evidence"]

    def test_a_band_is_told_apart_from_a_row(self) -> None:
        table = Table((Column("a"),), (Band("first"), (Cell("x", badge=Badge("Met", "met")),)))

        rows = plain(document(sections=(Section(title="a", table=table),)))["document"]["sections"][0]["table"]["rows"]

        assert rows[0] == {"is": "band", "title": "first", "below": ""}
        assert rows[1][0]["badge"] == {"word": "Met", "tone": "met"}

    def test_a_digest_stays_in_one_piece(self) -> None:
        table = Table((Column("a"),), ((Cell("f" * 64, code=True),),))

        rows = plain(document(sections=(Section(title="a", table=table),)))["document"]["sections"][0]["table"]["rows"]

        assert rows[0][0]["text"] == "f" * 64
