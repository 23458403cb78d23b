"""What follows from counts alone, on small numbers that one can check by eye."""

from __future__ import annotations

import pytest

from readiness.dashboards.rules.figures import HERE, OTHER, Counts, Flow, Mix, StageKey, common_root, roll_up

STAGES = tuple(
    StageKey("standard", key, key.upper(), position, "production" if key == "live" else "before_production")
    for position, key in enumerate(("idea", "poc", "live"), start=1)
)


def flow(moves: dict[tuple[str, str], int], ends: dict[tuple[str, str], int], initiatives: int = 20) -> Flow:
    return Flow("standard", "Standard", initiatives, STAGES, moves, ends)


def test_the_record_counts_what_went_beyond_the_first_stage() -> None:
    record = flow(
        {("idea", "poc"): 10, ("poc", "live"): 4},
        {
            ("idea", HERE): 3,
            ("idea", "drifted"): 1,
            ("poc", "stopped_by_decision"): 3,
            ("poc", HERE): 2,
            ("poc", OTHER): 1,
            ("live", HERE): 4,
        },
    ).record()
    # Ten entered the PoC and one was abandoned before it; three are ideas still and in no base.
    assert (record.started, record.produced, record.abandoned, record.closed_otherwise) == (11, 4, 4, 1)
    assert record.abandoned_share is not None
    assert (record.abandoned_share.part, record.abandoned_share.whole) == (4, 11)


def test_what_was_first_recorded_in_production_is_in_no_base() -> None:
    record = flow({("poc", "live"): 1}, {("live", HERE): 900, ("poc", "drifted"): 1}).record()
    assert (record.started, record.produced) == (2, 1)


def test_a_register_that_only_lists_where_things_stand_has_no_record() -> None:
    snapshot = flow({}, {("poc", HERE): 691, ("live", HERE): 924}, initiatives=1_734)
    assert snapshot.record().abandoned_share is None
    assert snapshot.record().produced_share is None
    assert snapshot.unrecorded == 119


def test_a_gate_tells_those_who_left_from_those_who_are_there() -> None:
    gates = flow(
        {("idea", "poc"): 5}, {("idea", "drifted"): 1, ("idea", HERE): 2, ("idea", "unknown"): 1, ("poc", HERE): 5}
    ).gates()
    assert (gates[0].entered, gates[0].went_on, gates[0].abandoned, gates[0].here, gates[0].unknown) == (9, 5, 1, 2, 1)
    assert gates[0].share is not None
    assert (gates[0].share.part, gates[0].share.whole) == (5, 6)
    assert gates[1].share is None


def test_unknown_answers_are_no_part_of_the_base() -> None:
    share = Mix({"yes": 6, "no": 2}, unknown=92).share("yes")
    assert share is not None
    assert (share.part, share.whole) == (6, 8)
    assert Mix({}, unknown=5).share("yes") is None


def test_units_are_summed_into_the_children_of_the_one_looked_at() -> None:
    units = {1: ("Group", "/1/"), 2: ("Retail", "/1/2/"), 3: ("Stores", "/1/2/3/"), 4: ("Logistics", "/1/4/")}
    rows = [(pk, Counts(total=count)) for pk, count in ((1, 1), (2, 10), (3, 100), (4, 1000))]
    made = [(unit.name, unit.counts.total, unit.own) for unit in roll_up(rows, units, "/1/")]
    assert made == [("Logistics", 1000, False), ("Retail", 110, False), ("Group", 1, True)]


@pytest.mark.parametrize(
    ("paths", "root"),
    [(["/1/2/", "/1/3/"], "/1/"), (["/1/2/", "/1/2/5/"], "/1/2/"), (["/1/", "/7/"], "/"), ([], "/"), (["/4/"], "/4/")],
)
def test_the_root_is_where_the_units_part(paths: list[str], root: str) -> None:
    assert common_root(paths) == root
