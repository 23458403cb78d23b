"""The range holds whatever the unknowns turn out to be, and more load never needs less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.sizing.engine import size
from readiness.core.sizing.quantity import Quantity
from tests.readiness.core.sizing.cases import PAIRS, changed, exactly, inputs, pinned
from tests.sampling import of


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
@settings(max_examples=of(25, suite=10), deadline=None)
def test_the_range_holds_the_answer_at_every_point_of_what_is_not_known(name: str, data: st.DataObject) -> None:
    demand, candidate = PAIRS[name]
    answer = size(demand, candidate)
    where = {key: data.draw(st.floats(0, 1), key) for key in {**inputs(demand), **inputs(candidate)}}
    there = size(pinned(demand, where), pinned(candidate, where))
    assert answer.replicas is not None
    if there.replicas is None:
        assert answer.unbounded
        return
    assert answer.replicas.low <= there.replicas.low
    assert there.replicas.high <= answer.replicas.high or answer.unbounded


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
@settings(max_examples=of(15, suite=6), deadline=None)
def test_knowing_less_never_narrows_the_range(name: str, data: st.DataObject) -> None:
    demand, candidate = PAIRS[name]
    wide = size(demand, candidate)
    assert wide.replicas is not None
    less = {}
    for key, value in inputs(demand).items():
        low, high = sorted(data.draw(st.floats(0, 1), key) for _end in range(2))
        ends = [value.low + part * (value.high - value.low) for part in (low, high)]
        less[key] = Quantity(min(max(value.likely, ends[0]), ends[1]), ends[0], ends[1], value.known)
    narrow = size(changed(demand, less), candidate)
    if narrow.replicas is not None:
        assert wide.replicas.low <= narrow.replicas.low
        assert narrow.replicas.high <= wide.replicas.high or wide.unbounded


@pytest.mark.parametrize("name", [name for name, (demand, _c) in PAIRS.items() if demand.arrival_per_s is not None])
@given(rate=st.floats(0.01, 2_000), more=st.floats(1, 10))
@settings(max_examples=of(25, suite=10), deadline=None)
def test_more_load_never_needs_fewer_replicas(name: str, rate: float, more: float) -> None:
    demand, candidate = PAIRS[name]
    less = size(replace(demand, arrival_per_s=exactly(rate)), candidate).replicas
    then = size(replace(demand, arrival_per_s=exactly(rate * more)), candidate).replicas
    assert less is not None
    assert then is not None
    assert less.low <= then.low
    assert less.likely <= then.likely
