"""Continuous batching: a step's time grows with the sequences in it, and those grow with the step's time (SIZING.md 8).

Step tau = t0 + kd n + kp x prefill tokens of the step; by Little n = lambda O tau. So TPOT = t0 / (1 - lambda w) with the work
per request w = O kd + I kp. Against an iteration-level simulation the mean holds within 3 % up to 80 % load (4-9 % low when
arrivals are bursty); nothing is promised above that.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

from readiness.core.sizing.inputs import AcceleratorFacts, ModelFacts
from readiness.core.sizing.memory import bytes_per_sequence, weights_bytes


@dataclass(frozen=True, slots=True)
class Law:
    """Seconds: `t0_s` of an empty step, `kd_s` per sequence in it, `kp_s` per prompt token in it."""

    t0_s: float
    kd_s: float
    kp_s: float

    def work_s(self, input_tokens: float, output_tokens: float) -> float:
        """w: seconds of a replica that one request uses up beyond the idle steps."""
        return output_tokens * self.kd_s + input_tokens * self.kp_s

    def rate_max(self, input_tokens: float, output_tokens: float) -> float:
        """Saturation, requests per second: 1 / w."""
        return 1 / self.work_s(input_tokens, output_tokens)

    def tpot_at(self, rate: float, input_tokens: float, output_tokens: float) -> float:
        """Mean seconds per output token at `rate` requests per second; infinite from saturation on."""
        free = 1 - rate * self.work_s(input_tokens, output_tokens)
        return self.t0_s / free if free > 0 else inf

    def rate_at_tpot(self, tpot_s: float, input_tokens: float, output_tokens: float) -> float:
        """Highest rate per second with a mean TPOT not above `tpot_s`: (1 - t0/T) / w; 0 where an idle replica is slower."""
        return max(0.0, 1 - self.t0_s / tpot_s) / self.work_s(input_tokens, output_tokens)

    def in_flight(self, rate: float, input_tokens: float, output_tokens: float) -> float:
        """Mean sequences being decoded: lambda O TPOT (Little 1961)."""
        return rate * output_tokens * self.tpot_at(rate, input_tokens, output_tokens)

    def closed_loop(self, clients: float, input_tokens: float, output_tokens: float) -> float:
        """Requests per second with `clients` that each wait for their answer: C / (O t0 + C w)."""
        return clients / (output_tokens * self.t0_s + clients * self.work_s(input_tokens, output_tokens))

    def ttft_quantile_s(self, rate: float, p: float, tokens: Tokens, ca2: float = 1.0) -> float:
        """Time to the first token that a share p does not exceed, seconds; infinite from saturation on. See `ttft_quantile_s`."""
        return ttft_quantile_s((self.t0_s, self.kd_s, self.kp_s), rate, p, tokens, ca2)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Per request: means, and the prompt length of the percentile that the target names (the mean where it is not known)."""

    input: float
    output: float
    input_high: float


def ttft_quantile_s(law: tuple[float, float, float], rate: float, p: float, tokens: Tokens, ca2: float = 1.0) -> float:
    """Queue and prefill apart from decoding: the running step + the line of prompts at quantile p + the own prompt + its step.

    `law` is (t0, kd, kp). The line is M/M/1-like, scaled by (ca2 + 1) / 2, on the share of the replica that decoding leaves:
    a prompt takes I kp / (1 - lambda O kd) seconds. Own construction on SIZING.md 8; checked against the simulation in the
    tests, where it stays on the safe side up to 80 % load. Infinite from saturation on.
    """
    t0, kd, kp = law
    decode_share = rate * tokens.output * kd
    load = rate * tokens.input * kp / (1 - decode_share) if decode_share < 1 else 1.0
    if load >= 1 - 1e-9:
        return inf
    step = t0 / (1 - decode_share - rate * tokens.input * kp)
    wait = 0.0
    if load > 1 - p:  # an M/M/1 line: C = load
        wait = log(load / (1 - p)) * load / rate * (ca2 + 1) / 2 / (1 - load)
    return 2 * step + wait + tokens.input_high * kp


def roofline_law(
    model: ModelFacts, accelerator: AcceleratorFacts, accelerators: int, mfu: float, mbu: float, context_tokens: float
) -> Law:
    """The law from a data sheet: t0 reads all weights, kd reads a sequence of `context_tokens`, kp computes a token's 2 P.

    kd is the bandwidth part alone: computing bounds the rate apart, by 1 / (kp (I + O)), see `compute_rate_max`. All experts of
    a mixture are read, as a batch of more than a few sequences touches nearly all. (Pope et al. 2022; Williams et al. 2009.)
    """
    read = accelerator.bandwidth * accelerators * mbu
    return Law(
        weights_bytes(model.parameters, model.weight_bytes) / read,
        bytes_per_sequence(model.layers, model.kv_bytes, context_tokens) / read,
        2 * model.active_parameters / (accelerator.flops * accelerators * mfu),
    )


def compute_rate_max(kp_s: float, input_tokens: float, output_tokens: float) -> float:
    """Requests per second when every step computes longer than it reads: each of the I + O tokens costs kp seconds."""
    return 1 / (kp_s * (input_tokens + output_tokens))


def sequence_cap(max_num_seqs: float, kv_tokens: float, input_tokens: float, output_tokens: float) -> float:
    """Most sequences in flight: min(max_num_seqs, KV tokens / (I + O)), conservative as a sequence fills up only at its end."""
    return min(max_num_seqs, kv_tokens / (input_tokens + output_tokens))
