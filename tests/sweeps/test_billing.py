"""Small samples of the sweeps of bills; their full sizes are commands."""

from __future__ import annotations

from pathlib import Path

from tests.sweeps.billing_kill import sweep
from tests.sweeps.billing_load import load


def test_a_file_is_read_whole_by_the_real_jobs_and_again_changes_nothing(
    template_database: str, django_db_setup: None, tmp_path: Path
) -> None:  # fmt: skip
    done = load(rows=20_000, items=500, template=template_database, folder=tmp_path)
    assert (done.kept, done.refused) == (19_993, 7)
    assert done.equal
    assert done.unchanged


def test_killed_imports_leave_nothing_partial(template_database: str, django_db_setup: None, tmp_path: Path) -> None:
    _took, points = sweep(rows=20_000, items=300, points=2, template=template_database, folder=tmp_path)
    assert [point for point in points if not point.good] == []
