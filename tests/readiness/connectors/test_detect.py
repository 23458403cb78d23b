"""Telling files apart by their beginning, and reading what came in an archive."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors import archives
from readiness.connectors.contract import Flaw
from readiness.connectors.detect import BUNDLE, detect, looked_for, read
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal, SkipRecord
from readiness.connectors.outline import outline

HERE = Path(__file__).resolve().parent
ONE = (HERE / "vllm_bench" / "fixtures" / "one.json").read_bytes()


def packed(files: dict[str, bytes], kind: str = "zip") -> bytes:
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return stream.getvalue()
    mode: Any = f"w:{kind}"
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return stream.getvalue()


def test_an_unknown_format_says_what_was_looked_for() -> None:
    with pytest.raises(Fatal, match="no known format") as refused:
        list(read("minutes.docx", b"nothing of ours"))
    assert "vLLM bench" in refused.value.text
    assert "GuideLLM" in looked_for()
    assert detect("minutes.docx", b"nothing of ours") == ()


@pytest.mark.parametrize("kind", ["zip", "gz", "xz", "bz2", ""])
def test_a_sweep_comes_as_an_archive_and_its_summary_repeats_no_run(kind: str) -> None:
    summary = json.dumps([json.loads(ONE)]).encode()
    content = packed({"SERVE--a=1/run=0.json": ONE, "SERVE--a=1/summary.json": summary, "log.txt": b"words"}, kind)
    assert [one.tool for one in detect("sweep", content[:4096])] == [BUNDLE]
    first, second = read("sweep", content)
    assert first.place == "SERVE--a=1/run=0.json![0]"
    assert first.valid
    assert [flaw for flaw, _ in second.flaws] == [Flaw.DUPLICATE]
    assert second.readings


def test_an_archive_of_strangers_is_refused_with_what_was_looked_for() -> None:
    with pytest.raises(Fatal, match="nothing in this archive"):
        list(read("photos.zip", packed({"a.jpg": b"\xff\xd8", "b.txt": b"words"})))


def test_a_member_that_is_refused_is_shown_with_its_reason() -> None:
    view = (HERE / "vllm_bench" / "fixtures" / "view.pytorch.json").read_bytes()
    cut_off = b'{"request_throughput": 1.0, "completed": 5, "itls": [[0.1'
    whole, other, cut = read("run.zip", packed({"run.json": ONE, "run.pytorch.json": view, "cut.json": cut_off}))
    assert whole.valid
    assert [flaw for flaw, _ in other.flaws] == [Flaw.NOT_A_RESULT]
    assert [flaw for flaw, _ in cut.flaws] == [Flaw.INCOMPLETE]
    assert cut.place == "cut.json"


def test_a_large_member_that_nobody_knows_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_MEMBER", len(ONE) + 100)
    (run,) = read("run.zip", packed({"weights.bin": b"\x07" * 900_000, "run.json": ONE}))
    assert run.valid


@pytest.mark.parametrize("kind", ["zip", "gz", "xz"])
def test_a_damaged_archive_is_an_error_and_no_crash(kind: str) -> None:
    content = packed({"run.json": ONE * 50}, kind)
    with pytest.raises(Fatal):
        list(read("broken", content[: len(content) // 2]))


def test_an_archive_that_unpacks_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_TOTAL", 10_000)
    bomb = packed({f"{number}.json": b" " * 5_000 for number in range(4)})
    with pytest.raises(Fatal, match="unpacked"):
        list(read("bomb.zip", bomb))
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    with pytest.raises(Fatal, match="members"):
        list(read("bomb.zip", packed({f"{number}.txt": b"" for number in range(4)})))


def test_a_member_larger_than_allowed_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_MEMBER", 1_000)
    with pytest.raises(Fatal, match="larger"):
        list(read("large.zip", packed({"run.json": ONE + b" " * 5_000})))


def test_a_file_larger_than_allowed_is_refused_before_it_is_unpacked_whole() -> None:
    with pytest.raises(Fatal, match="larger than"):
        Document("x", data=b"x" * 3_000_000).read(limit=2**20)


def test_a_dashboard_view_of_a_result_is_refused_as_its_duplicate() -> None:
    path = HERE / "vllm_bench" / "fixtures" / "view.pytorch.json"
    assert [one.format for one in detect(path.name, path.read_bytes())] == ["pytorch"]
    with pytest.raises(SkipRecord, match="second view") as refused:
        list(read(path.name, path))
    assert refused.value.place == path.name


def test_the_outline_of_a_text_cut_off_anywhere_holds_only_keys_that_are_there() -> None:
    text = b'{"a": {"b": [{"c": 1, "d": "x: {"}, {"e": null}]}, "f": [1, [2, {"g": 3}]], "h\\"i": 1}'
    whole = outline(text).keys
    assert whole == {"a", "a.b", "a.b.c", "a.b.d", "a.b.e", "f", "f.g", 'h\\"i'}
    for length in range(len(text)):
        assert outline(text[:length]).keys <= whole


def test_a_list_and_lines_of_objects_have_the_keys_of_their_entries() -> None:
    assert outline(b'[{"a": 1}, {"b": {"c": 2}}]').keys == {"a", "b", "b.c"}
    assert outline(b'{"a": 1}\n{"b": 2}\n').lines
    assert outline(b"a,b\n1,2\n").keys == frozenset()
