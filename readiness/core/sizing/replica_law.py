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
        """At the token mix of `at`; at an edge kd and kp each stand at their own end of what the split leaves open."""
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
        kd, kp = self._split(at, edge)
        now = base.kv_bytes(inputs + outputs / 2) / base.read_per_s
        if now > 0:
            kd *= sheet.kv_bytes(inputs + outputs / 2) / sheet.read_per_s / now
        kp *= faster
        return Seconds(t0, kd, kp, outputs * kd + inputs * kp)

    @property
    def stretch(self) -> float:
        """Idle step of the one sized over the one measured."""
        return self.sheet.weights_s / self.base.weights_s

    def _split(self, at: Values, edge: Edge) -> tuple[float, float]:
        """kd and kp of the measured replica, kd at the context length of `at`.

        With y the time to compute a token and d that to read a sequence (both times MBU), a decoded token costs max(d, y).
        """
        known, base = self.known, self.base
        was = base.kv_bytes(known.input_tokens + known.output_tokens / 2) / base.read_per_s
        now = base.kv_bytes(at["input_tokens"] + at["output_tokens"] / 2) / base.read_per_s
        if edge is Edge.LIKELY:
            balances = [at["mbu"] / at["mfu"]]
        else:
            balances = [self.mbu.low / self.mfu.high, self.mbu.high / self.mfu.low]
        shares, grown = [], []
        for balance in balances:
            compute = base.token_s * balance
            decoding = known.output_tokens * max(was, compute)
            shares.append(decoding / (decoding + known.input_tokens * compute))
            grown.append(max(now, compute) / max(was, compute))
        worst = edge is Edge.UNKIND
        share = max(shares) if worst else min(shares)
        prompts = 1 - (min(shares) if worst else max(shares))
        growth = max(grown) if worst else min(grown)
        return share * growth * known.work_s / known.output_tokens, prompts * known.work_s / known.input_tokens
