"""A watched folder: what is finished is read once, what is a way out is not taken, and nothing is changed."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from readiness.connectors import fetched
from readiness.connectors.contract import Flaw, Run
from readiness.connectors.errors import BadConfig
from readiness.connectors.folder import looking
from readiness.connectors.folder.connector import CONNECTOR
from readiness.connectors.http import Http
from readiness.connectors.live import ROOTS, Span
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.soundness import assert_sound

FIXTURES = Path(__file__).parent.parent / "http_file" / "fixtures"
ONE = (FIXTURES / "one.json").read_bytes()
NOBODY = Http(httpx.Client(transport=httpx.MockTransport(lambda request: pytest.fail("a folder connects to nothing"))))


class Caller:
    """Keeps what a caller keeps between two pulls. `wait`: how much later than now it looks."""

    def __init__(self, root: Path, ask: dict[str, Any] | None = None, **config: Any) -> None:
        self.config = {"folder": "results", "min_age_s": 30, **config, ROOTS: {"results": str(root)}}
        self.ask = ask or {}
        self.since: datetime | None = None
        self.names: set[str] = set()

    def pull(self, wait: timedelta = timedelta(hours=1)) -> list[Run]:
        CONNECTOR.check(self.config)
        CONNECTOR.check_ask(self.ask)
        found: list[Run] = []
        names, read_to = set[str](), self.since
        span = Span(self.since, datetime.now(UTC) + wait, self.names.__contains__)
        for batch in CONNECTOR.pull(self.config, self.ask, NOBODY, span):
            assert batch.payload.size
            names.add(batch.payload.name)
            found += batch.runs
            if batch.read_to:
                read_to = max(batch.read_to, read_to or batch.read_to)
        self.since, self.names = read_to, self.names | names
        for run in found:
            assert_sound(run)
        return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "results"
    made.mkdir()
    return made


def put(path: Path, content: bytes = ONE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def variant(number: int) -> bytes:
    return ONE.replace(b'"request_throughput": ', b'"request_throughput": %d' % number, 1)


def places(runs: list[Run]) -> list[str]:
    return sorted(run.place for run in runs)


def test_what_is_finished_is_read_once_at_any_depth(root: Path) -> None:
    put(root / "a.json"), put(root / "nightly/gpu/b.json", variant(1)), put(root / "words.txt", b"words")
    caller = Caller(root, {"pattern": "*.json"})
    assert len(caller.pull()) == 2
    assert caller.pull() == []
    put(root / "nightly/c.json", variant(2))
    assert len(caller.pull()) == 1
    put(root / "a.json", variant(3))
    assert len(caller.pull()) == 1
    assert len(Caller(root, {"below": "nightly"}).pull()) == 2
    assert len(Caller(root, {"below": "nightly", "pattern": "gpu/*"}).pull()) == 1


def test_a_file_that_is_moved_in_is_seen_whatever_its_own_time_says(root: Path, tmp_path: Path) -> None:
    caller = Caller(root)
    put(root / "new.json")
    caller.pull()
    old = put(tmp_path / "old.json", variant(1))
    os.utime(old, (1_000_000_000, 1_000_000_000))
    old.rename(root / "old.json")
    assert len(caller.pull()) == 1


def test_a_file_is_left_alone_while_it_may_still_be_written(root: Path) -> None:
    put(root / "a.json")
    caller = Caller(root)
    assert caller.pull(wait=timedelta(0)) == []
    assert caller.since is None
    assert len(caller.pull(wait=timedelta(seconds=31))) == 1


def test_the_watermark_does_not_pass_a_file_that_is_too_young(root: Path) -> None:
    put(root / "done.json")
    caller = Caller(root, min_age_s=0)
    (young,) = files_of(root)
    assert len(caller.pull(wait=timedelta(0))) == 1
    assert caller.since == young.came
    put(root / "later.json", variant(1))
    assert len(caller.pull(wait=timedelta(0))) == 1


def files_of(root: Path) -> list[fetched.Found]:
    with looking.opened(root, ()) as folder:
        return list(looking.files(folder))


@pytest.mark.parametrize("change", ["grows", "is replaced", "goes", "becomes a link"])
def test_a_file_that_changes_while_it_is_read_is_for_the_next_pull(
    root: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, secret = put(root / "a.json"), put(tmp_path / "secret.json", variant(9))
    plain = looking.copied

    def copied(folder: int, one: fetched.Found, to: Path) -> bool:
        if change == "grows":
            put(path, ONE + b" ")
        else:
            path.unlink()
        if change == "is replaced":
            put(path, variant(1))
        if change == "becomes a link":
            path.symlink_to(secret)
        return plain(folder, one, to)

    caller = Caller(root)
    monkeypatch.setattr(looking, "copied", copied)
    assert caller.pull() == []
    assert caller.since is None
    monkeypatch.undo()
    assert len(caller.pull()) == (change in ("grows", "is replaced"))


@pytest.mark.parametrize("name", [".hidden.json", "a.json.part", "a.json.tmp", "a.json~", ".git/a.json", "x.crdownload"])
def test_what_is_unfinished_or_hidden_is_passed_over(root: Path, name: str) -> None:
    put(root / name)
    assert Caller(root).pull() == []


def test_links_lead_nowhere(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside / "secret.json")
    (root / "file.json").symlink_to(outside / "secret.json")
    (root / "folder").symlink_to(outside)
    (root / "inside.json").symlink_to(put(root / "real.json"))
    assert len(Caller(root).pull()) == 1
    with pytest.raises(BadConfig, match="links are not followed") as refused:
        Caller(root, {"below": "folder"}).pull()
    assert refused.value.field == "below"


@pytest.mark.parametrize("below", ["..", "../x", "a/../../x", "/etc", "a/../..", "a\\..\\x", "a\x00b"])
def test_no_path_leads_out(below: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check_ask({"below": below})
    assert refused.value.field == "below"


def test_what_is_no_file_is_passed_over(root: Path) -> None:
    os.mkfifo(root / "pipe.json")
    put(root / "empty.json", b"")
    (root / "folder.json").mkdir()
    assert Caller(root).pull() == []


def test_a_folder_that_nobody_listed_is_refused(root: Path) -> None:
    for name in ("secrets", "", "../results"):
        with pytest.raises(BadConfig) as refused:
            CONNECTOR.check({"folder": name, ROOTS: {"results": str(root)}})
        assert refused.value.field == "folder"
    CONNECTOR.check({"folder": "results"})  # without what the operator listed, only the form is checked
    with pytest.raises(BadConfig, match="Listed: results"):
        list(CONNECTOR.pull({"folder": "other", ROOTS: {"results": str(root)}}, {}, NOBODY, Span(None, datetime.now(UTC))))
    with pytest.raises(BadConfig, match="whole path"):
        CONNECTOR.check({"folder": "results", ROOTS: {"results": "relative/path"}})


def test_a_folder_that_is_gone_is_told(root: Path) -> None:
    root.rmdir()
    with pytest.raises(BadConfig, match="no such folder") as refused:
        Caller(root).pull()
    assert refused.value.field == "folder"


def test_nothing_is_changed(root: Path) -> None:
    put(root / "a.json"), put(root / "b.json", b"words")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) for path in sorted(root.iterdir())}
    Caller(root).pull()
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) for path in sorted(root.iterdir())}


def test_what_nobody_can_read_is_kept_with_its_reason_and_not_tried_again(root: Path) -> None:
    put(root / "a.json", b'{"anything": 1}')
    caller = Caller(root)
    (run,) = caller.pull()
    assert [flaw for flaw, _ in run.flaws] == [Flaw.NOT_A_RESULT]
    assert run.place == "a.json"
    assert caller.pull() == []


def test_a_full_folder_is_read_in_parts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "FILES_AT_A_TIME", 4)
    for number in range(10):
        put(root / f"{number}.json", variant(number))
    caller = Caller(root)
    assert [len(caller.pull()) for _ in range(4)] == [4, 4, 2, 0]


def test_a_folder_of_too_many_files_or_too_deep_is_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root / "/".join("d" * 40) / "deep.json"), put(root / "a.json")
    assert len(files_of(root)) == 1
    monkeypatch.setattr(looking, "MOST_FILES", 1)
    put(root / "b.json")
    with pytest.raises(Exception, match="more than 1 files"):
        files_of(root)


def test_a_test_counts_what_is_there(root: Path) -> None:
    config = {"folder": "results", ROOTS: {"results": str(root)}}
    assert CONNECTOR.test(config, NOBODY).remarks == ("the folder is empty",)
    put(root / "a.json")
    assert CONNECTOR.test(config, NOBODY).facts == ("1 files",)
    assert CONNECTOR.test_ask
    assert CONNECTOR.test_ask(config, {"pattern": "*.json"}, NOBODY, datetime.now(UTC)).facts == ("1 files of 0.0 MiB",)
    assert CONNECTOR.test_ask(config, {"pattern": "*.csv"}, NOBODY, datetime.now(UTC)).remarks == ("no file matches",)


def test_hostile_files_end_in_sound_runs_or_an_error(root: Path) -> None:
    def read(content: bytes) -> list[Run]:
        shutil.rmtree(root)
        put(root / "a.json", content)
        return Caller(root).pull()

    hostile(read, [one.read_bytes() for one in sorted(FIXTURES.iterdir()) if one.stem != "empty"], "folder connector")
