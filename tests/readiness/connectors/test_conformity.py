"""What every importer of the registry promises, tried on the files beside the tests: empty, one, many and hostile of each."""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import pytest

from readiness.connectors.detect import detect, read
from readiness.connectors.document import HEAD
from readiness.connectors.importer import Importer
from readiness.connectors.registry import IMPORTERS
from tests.readiness.connectors.soundness import assert_sound, survived

HERE = Path(__file__).resolve().parent
ONE_RUN_A_FILE = frozenset({"aiperf", "genai_perf", "k6", "iperf3"})  # their "many" is many requests, tags or directions
KINDS = ("empty", "one", "many", "hostile")


def fixtures(importer: Importer, kind: str) -> list[Path]:
    return sorted((HERE / importer.tool / "fixtures").glob(f"{kind}.*"))


EVERY = [pytest.param(one, id=one.tool) for one in IMPORTERS]
FILES = [
    pytest.param(one, path, id=f"{one.tool}-{path.name}") for one in IMPORTERS for kind in KINDS for path in fixtures(one, kind)
]


@pytest.mark.parametrize("importer", EVERY)
def test_each_importer_has_the_four_kinds_of_sample(importer: Importer) -> None:
    assert all(fixtures(importer, kind) for kind in KINDS)
    assert importer.label
    assert importer.looks_for


def test_tools_have_names_of_their_own() -> None:
    assert len({one.tool for one in IMPORTERS}) == len(IMPORTERS)


@pytest.mark.parametrize(("importer", "path"), FILES)
def test_a_file_yields_sound_runs_or_says_why_not(importer: Importer, path: Path) -> None:
    for run in survived(partial(read, path.name), path.read_bytes()):
        assert run.unproven == importer.unproven


@pytest.mark.parametrize("importer", EVERY)
def test_one_file_is_detected_by_its_content_alone_and_valid(importer: Importer) -> None:
    for path in fixtures(importer, "one"):
        content = path.read_bytes()
        candidates = detect("anything", content[:HEAD])
        assert [one.tool for one in candidates] == [importer.tool], path.name
        (run,) = read("anything", content)
        assert_sound(run)
        assert run.valid, run.flaws
        assert run.readings


@pytest.mark.parametrize("importer", EVERY)
def test_empty_and_hostile_files_never_yield_a_valid_run(importer: Importer) -> None:
    for path in fixtures(importer, "empty") + fixtures(importer, "hostile"):
        runs = survived(partial(read, path.name), path.read_bytes())
        assert not [run.place for run in runs if run.valid], path.name


@pytest.mark.parametrize("importer", EVERY)
def test_many_runs_have_keys_and_places_of_their_own(importer: Importer) -> None:
    for path in fixtures(importer, "many"):
        runs = list(read(path.name, path.read_bytes()))
        valid = [run for run in runs if run.valid]
        assert len(runs) > 1 or importer.tool in ONE_RUN_A_FILE, path.name
        assert len({run.key for run in valid}) == len(valid)
        assert len({run.place for run in runs}) == len(runs)


@pytest.mark.parametrize("importer", EVERY)
def test_a_copy_has_the_key_of_its_original_whatever_it_is_called_and_however_it_is_packed(importer: Importer) -> None:
    for path in fixtures(importer, "one"):
        content = path.read_bytes()
        keys = [run.key for run in read(path.name, content)]
        assert keys == [run.key for run in read("renamed.bin", content)]
        assert keys == [run.key for run in read("packed.gz", gzip.compress(content))]
        assert keys == [run.key for run in read(path.name, path)]
