"""t0, kd and kp of one replica for any token mix: from its data sheet, or from what was measured at one mix.

One sweep at one token mix fixes t0 and the work w of a request, not how w splits between reading prompts and decoding. The
split is taken from the roofline, and since MFU and MBU are open, so is the split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from readiness.core.sizing.inputs import Grade
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.sizer import Edge, Values
from readiness.core.sizing.speed import Measurement, Sheet


class Seconds(NamedTuple):
    """Of the law: an empty step, one sequence in it, one prompt token in it, and w = O kd + I kp of a request."""

    t0: float
    kd: float
    kp: float
    work: float


@dataclass(frozen=True, slots=True)
class ReplicaLaw:
    """`base` is the sheet of the replica that was measured, `sheet` of the one that is sized; mostly the same."""

    sheet: Sheet
    base: Sheet
    known: Measurement
    mfu: Quantity
    mbu: Quantity

    def seconds(self, at: Values, edge: Edge) -> Seconds:
        """At the token mix of `at`; at an edge kd, kp and w each stand at their own end of what the split leaves open.

        w is bounded for itself: what was measured is the sum of both parts, so that at the measured mix w is the measured one.
        """
        sheet, inputs, outputs = self.sheet, at["input_tokens"], at["output_tokens"]
        if self.known.grade is Grade.NOTHING:
            read = sheet.read_per_s * at["mbu"]
            kd = sheet.kv_bytes(inputs + outputs / 2) / read if outputs else 0.0
            kp = sheet.token_s / at["mfu"]
            return Seconds(sheet.weights_s / at["mbu"], kd, kp, outputs * kd + inputs * kp)
        known, base = self.known, self.base
        t0 = sheet.weights_s / at["mbu"] if known.t0_s is None else known.t0_s * self.stretch
        faster = sheet.token_s / base.token_s
        if not known.output_tokens or not outputs:
            kp = known.work_s / known.input_tokens * faster
            return Seconds(t0, 0.0, kp, inputs * kp)
        splits = [self._split(at, balance) for balance in self._balances(at, edge)]
        now = base.kv_bytes(inputs + outputs / 2) / base.read_per_s
        slower = sheet.kv_bytes(inputs + outputs / 2) / sheet.read_per_s / now if now > 0 else 1.0
        splits = [(kd * slower, kp * faster) for kd, kp in splits]
        end = max if edge is Edge.UNKIND else min
        return Seconds(
            t0, end(kd for kd, _kp in splits), end(kp for _kd, kp in splits), end(outputs * kd + inputs * kp for kd, kp in splits)
        )  # fmt: skip

    @property
    def stretch(self) -> float:
        """Idle step of the one sized over the one measured."""
        return self.sheet.weights_s / self.base.weights_s

    def _balances(self, at: Values, edge: Edge) -> list[float]:
        """MBU over MFU: the likely one, or the ends of what is open and where a step turns from reading to computing between.

        In between kd, kp and w are each a ratio of straight lines, so that none lies beyond what it is at these.
        """
        if edge is Edge.LIKELY:
            return [at["mbu"] / at["mfu"]]
        low, high = self.mbu.low / self.mfu.high, self.mbu.high / self.mfu.low
        turns = (size / self.base.token_s for size in self._reading(at))
        return [low, high, *(turn for turn in turns if low < turn < high)]

    def _split(self, at: Values, balance: float) -> tuple[float, float]:
        """kd and kp of the measured replica, kd at the context length of `at`.

        With y the time to compute a token and d that to read a sequence (both times MBU), a decoded token costs max(d, y). The
        work measured at one mix is shared out in these proportions.
        """
        known = self.known
        (was, now), compute = self._reading(at), self.base.token_s * balance
        unit = known.work_s / (known.output_tokens * max(was, compute) + known.input_tokens * compute)
        return max(now, compute) * unit, compute * unit

    def _reading(self, at: Values) -> tuple[float, float]:
        """Seconds, times MBU, that the measured replica reads a sequence of the measured and of the asked mix."""
        known, base = self.known, self.base
        was, now = known.input_tokens + known.output_tokens / 2, at["input_tokens"] + at["output_tokens"] / 2
        return base.kv_bytes(was) / base.read_per_s, base.kv_bytes(now) / base.read_per_s
