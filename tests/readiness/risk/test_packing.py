"""What is kept of a model is enough to compute every figure again, to the last bit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from readiness.core.risk.forecast import forecast
from readiness.risk.rules.encoding import HEADER, decoded, empty, encoded
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


def test_rows_in_binary_come_back_as_they_were() -> None:
    rows = empty(4, PLAIN, ARRAYS)
    rows["id"], rows["value"], rows["code"] = range(4), [0.1, 0.2, np.nan, 1e-300], [-1, 0, 1, 2]
    rows["answers"]["value"] = np.arange(12).reshape(4, 3) / 7
    rows["top"]["value"] = -1
    back = decoded(encoded(rows), PLAIN, ARRAYS)
    assert back["id"].tolist() == [0, 1, 2, 3]
    assert (back["answers"]["value"] == np.arange(12).reshape(4, 3) / 7).all()
    assert back["top"]["value"].tolist() == [[-1, -1]] * 4
    assert np.isnan(back["value"][2])


def test_another_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="layout"):
        decoded(encoded(empty(3, PLAIN, ARRAYS)), PLAIN, (("answers", ">f8", 4),))
    with pytest.raises(ValueError, match="layout"):
        decoded(b"text\t1\n" + bytes(len(HEADER)), PLAIN, ARRAYS)
