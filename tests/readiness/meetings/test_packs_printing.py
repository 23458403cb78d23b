from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from readiness.meetings.rules.packs.page import Part, plain
from readiness.meetings.rules.packs.texts import printable
from readiness.meetings.services.packs.rendering import parent
from readiness.meetings.services.packs.rendering.parent import Limits, NotPrinted, printed
from tests.readiness.meetings.hostile_texts import HOSTILE, LONG, UNBROKEN
from tests.readiness.meetings.pack_pages import pack, part

# Letters that a PDF tells in the order of the eye, or with their marks in another one: the rest of those texts is looked for.
TOLD_OTHERWISE = re.compile("[\u0300-\u036f\u034f\u0590-\u06ff]")


def text_of(content: bytes, folder: Path) -> str:
    (folder / "it.pdf").write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", folder / "it.pdf", "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def _instead(text: str, _own: str) -> str:
    return text


def short(one: Part) -> Part:
    """With two rows in each table, all of its fields among them."""
    return replace(one, sections=tuple(
        replace(each, table=each.table and replace(each.table, rows=each.table.rows[:2])) for each in one.sections
    ))  # fmt: skip


def bare(text: str) -> str:
    """Without what lines and ligatures make of it."""
    return "".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").split())


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
class TestHostileTexts:
    def test_sixty_of_them_in_every_field_stand_there_as_texts_and_do_nothing(self, tmp_path: Path) -> None:
        assert len(set(HOSTILE)) == 60
        parts = tuple(short(part(number, partial(_instead, text), money=True)) for number, text in enumerate(HOSTILE))

        made = printed(plain(replace(pack(0), parts=parts)))

        said = bare(text_of(made.content, tmp_path))
        for text in HOSTILE:
            wanted = bare(TOLD_OTHERWISE.split(printable(text))[-1])
            assert len(wanted) > 3
            assert said.count(wanted) >= (5 if len(text) > 30 else 25), text  # the longest break over columns of their chart
        assert "root:" not in said

    @pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[5], HOSTILE[29], HOSTILE[46]])
    def test_one_of_them_is_as_harmless_on_the_first_page_and_at_the_head_of_each(self, text: str, tmp_path: Path) -> None:
        made = printed(plain(pack(1, text=text)))

        pages = text_of(made.content, tmp_path).split("\f")
        assert bare(printable(text)) in bare(pages[0])
        assert bare(printable(text)) in bare(pages[1])

    def test_ten_thousand_letters_are_all_printed_with_blanks_or_without(self, tmp_path: Path) -> None:
        body = part(0, lambda own: own, money=False)

        made = printed(plain(replace(pack(0), lead=LONG, parts=(replace(body, lead=UNBROKEN),))))

        said = bare(text_of(made.content, tmp_path))
        assert said.count("Tenthousandletters") >= 10_000 // 47 - 5  # less where a page ends in between
        assert said.count("W") >= 10_000


class TestPrinting:
    def test_the_same_pages_give_the_same_bytes(self) -> None:
        pages = plain(pack(2))

        assert printed(pages).content == printed(pages).content

    def test_a_part_begins_on_a_page_of_its_own_and_pages_are_counted(self) -> None:
        assert printed(plain(pack(3))).pages == 1 + 3 * 2 + 1

    def test_what_takes_too_much_memory_or_time_is_refused_and_nothing_is_left_behind(self) -> None:
        pages = plain(pack(1))
        for limits in (Limits(memory_bytes=150 * 2**20), Limits(seconds=0)):
            with pytest.raises(NotPrinted):
                printed(pages, limits=limits)

    def test_a_chart_of_a_kind_that_there_is_not_is_told(self) -> None:
        pages = plain(pack(1))
        pages["charts"][0]["kind"] = "pie"

        with pytest.raises(NotPrinted, match="pie"):
            printed(pages)


@pytest.fixture
def other_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parent, "templates", lambda: tmp_path)
    return tmp_path


class TestTheWallAround:
    """Even a template of ours that was changed could not reach out: each of these would work without the wall."""

    @pytest.mark.parametrize(
        ("source", "why"),
        [
            ('#read("/etc/hostname")', "not found|outside"),
            ('#read("../../etc/hostname")', "root|outside"),
            ('#import "@preview/cetz:0.3.1": canvas', "package|network|download"),
        ],
    )
    def test_no_file_of_the_machine_and_no_package_is_reached(self, other_templates: Path, source: str, why: str) -> None:
        (other_templates / "main.typ").write_text(source + "\n#metadata(1) <pages>")

        with pytest.raises(NotPrinted, match=why):
            printed(plain(pack(0)))

    def test_templates_read_and_run_nothing_but_their_input_and_their_charts(self) -> None:
        for path in parent.templates().glob("*.typ"):
            source = re.sub(r"//.*", "", path.read_text())
            assert not re.search(r"\b(eval|plugin|read|csv|yaml|toml|xml|cbor|bibliography)\(|@", source), path
            assert re.findall(r"json\([^\n]*", source) in ([], ["json(bytes(sys.inputs.data))"])
            assert re.findall(r"image\([^,]*", source) in ([], ["image(one.file"])
            assert set(re.findall(r'#import "([^"]*)"', source)) <= {"look.typ", "blocks.typ"}
