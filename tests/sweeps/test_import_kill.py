"""An import killed anywhere ends as if nobody had disturbed it. The full size is `python -m tests.sweeps.import_kill`."""

from __future__ import annotations

import pytest

from tests.sampling import of, some
from tests.sweeps.import_kill import sweep


@pytest.mark.parametrize("newer", some([False, True], suite=1), ids=lambda newer: "newer file" if newer else "first import")
def test_a_killed_import_leaves_nothing_or_all_and_ends_the_same(template_database: str, newer: bool) -> None:
    undisturbed, outcomes = sweep(rows=600, points=of(4, suite=3), template=template_database, seed=7, newer=newer)
    assert undisturbed.visible == (659 if newer else 600)
    for outcome in outcomes:
        assert outcome.state == undisturbed.state, f"killed after {outcome.killed_after_s:.2f} s"
