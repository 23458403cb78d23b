"""What is kept of a model is enough to compute every figure again, to the last bit."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from readiness.core.risk.forecast import forecast
from readiness.risk.rules.encoding import HEADER, TRAILER, empty
from readiness.risk.rules.packing import Codes, OtherEngine, codes_of, digest, form_of, inputs_digest, packed, unpacked
from tests.readiness.core.risk.test_forecast import world

PLAIN = (("id", ">i8"), ("value", ">f8"), ("code", ">i4"))
ARRAYS = (("answers", ">f8", 3), ("top", ">i2", 2))


def test_a_model_that_was_kept_gives_the_same_figures_to_the_last_bit() -> None:
    weighed, people = world(200, 0.6)
    codes = Codes((1,), (2, 3, 4), (), ())
    form = json.loads(json.dumps(form_of(weighed.with_drivers.form, codes, {"abandoned": 0.46})))
    again = unpacked(form, packed(weighed))
    one, other = forecast(weighed, people, 24), forecast(again, people, 24)
    for end in ("value", "low", "high"):
        assert (getattr(one, end) == getattr(other, end)).all()
    assert codes_of(form) == codes
    assert again.share == weighed.share


def test_another_engine_is_named_and_not_guessed() -> None:
    weighed, _people = world(20, 0.0)
    form = form_of(weighed.with_drivers.form, Codes((1,), (2, 3, 4), (), ()), {})
    with pytest.raises(OtherEngine, match="1999"):
        unpacked(form, packed(weighed), "1999.1")


def test_a_digest_is_of_the_inputs_alone() -> None:
    _weighed, people = world(20, 0.0)
    before = inputs_digest(people, 3, "v")
    assert before == inputs_digest(people, 3, "v")
    assert before != inputs_digest(people, 4, "v")
    assert before != inputs_digest(people, 3, "w")
    assert digest(np.zeros(2)) != digest(np.zeros((2, 1)))


def test_a_row_is_the_bytes_that_the_manual_says() -> None:
    """PostgreSQL manual, COPY, "Binary Format": written out field by field here; scoring reads such rows back from a server."""
    rows = empty(1, PLAIN, ARRAYS)
    rows["id"], rows["value"], rows["code"] = 7, 0.25, -1
    rows["answers"]["value"], rows["top"]["value"] = [[1.0, np.nan, 0.5]], [[2, -1]]
    expected = struct.pack(">h", 5) + struct.pack(">iq", 8, 7) + struct.pack(">id", 8, 0.25) + struct.pack(">ii", 4, -1)
    expected += struct.pack(">iiiiii", 20 + 3 * 12, 1, 0, 701, 3, 1)
    expected += b"".join(struct.pack(">id", 8, value) for value in (1.0, np.nan, 0.5))
    expected += struct.pack(">iiiiii", 20 + 2 * 6, 1, 0, 21, 2, 1) + b"".join(struct.pack(">ih", 2, value) for value in (2, -1))
    assert rows.tobytes() == expected
    assert b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) == HEADER
    assert struct.pack(">h", -1) == TRAILER
