"""An ingest killed anywhere leaves nothing of itself, and the next one ends as if nobody had disturbed it.

The full size is `python -m tests.sweeps.ingest_kill`.
"""

from __future__ import annotations

from tests.sweeps.ingest_kill import sweep


def test_a_killed_ingest_loses_nothing_that_was_told_and_doubles_nothing(template_database: str) -> None:
    done = sweep(points=1, statements=[250, 700], template=template_database, seed=11)
    assert done.sent > 60
    for point in done.points:
        assert point.kept and point.same, point
    assert any(point.told < 6 for point in done.points)
