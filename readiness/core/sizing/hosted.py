"""A language or embedding model on own or rented accelerators: what one replica carries at the targets, and how many it takes.

One law for all four grades (SIZING.md 8): TPOT = t0 / (1 - lambda w). What differs is where t0 and w come from and how far
they are trusted. Embedding is the same law without decoding, a batch the same without targets, near saturation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import exp, inf

from readiness.core.sizing.answer import Constraint, Step
from readiness.core.sizing.batching import Tokens, compute_rate_max
from readiness.core.sizing.deadlines import Answered
from readiness.core.sizing.hosted_levers import changes
from readiness.core.sizing.hosted_report import figures, steps
from readiness.core.sizing.inputs import Demand, Grade, SelfHosted, Task, WorkloadClass
from readiness.core.sizing.percentiles import burst, lengths_derate, tightness
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.refusals import MissingInput
from readiness.core.sizing.replica_law import ReplicaLaw, Seconds
from readiness.core.sizing.replicas import BATCH_UTILISATION, combined_sigma, peak_rate, whole
from readiness.core.sizing.sizer import LOAD, Capability, Change, Edge, Outcome, Values, quantities_of, required, with_spares
from readiness.core.sizing.speed import Measurement, Sheet, measurement

PROMPT = ("input_tokens", "input_tokens_p95")
ANSWER = ("output_tokens", "output_tokens_p95")
TARGETS = ("dispersion", "ttft_s", "tpot_s", "latency_s")
ENOUGH_SEATS = 0.9  # of the rate without a limit on the batch: more seats would change little


class Hosted:
    """`base` is the sheet of the replica that was measured, where another one is sized: a lever scales by the two rooflines."""

    def __init__(
        self, demand: Demand, candidate: SelfHosted, known: Measurement | None = None, base: Sheet | None = None
    ) -> None:
        self.demand, self.candidate, self.accelerators = demand, candidate, candidate.accelerators
        self.decodes = demand.task is Task.GENERATE
        self.batch = demand.workload_class is WorkloadClass.BATCH
        self.quantities = {**_demanded(demand), "mfu": candidate.mfu, "mbu": candidate.mbu}
        self.known = known or measurement(
            candidate.measured, demand.tpot_percentile, demand.ttft_percentile, decodes=self.decodes
        )
        self.sheet = Sheet.of(candidate)
        self.base = base or self.sheet
        self.law = ReplicaLaw(self.sheet, self.base, self.known, candidate.mfu, candidate.mbu)
        self.grade, self.refused = self.known.grade, self.known.refused
        nothing = self.grade is Grade.NOTHING
        self.notes = ("order_of_magnitude", *self.known.notes) if nothing else self.known.notes
        self.workload_sigma = 0.0 if nothing else candidate.measured.workload_sigma
        self.utilisation = BATCH_UTILISATION if self.batch else candidate.utilisation
        measured_seats = None if nothing else candidate.measured.max_num_seqs
        self.most_seats = float(min(candidate.max_num_seqs, measured_seats or candidate.max_num_seqs))
        self.measured_kv = None if nothing else candidate.measured.kv_tokens
        self.longest = candidate.model.max_context_tokens or inf

    def remarks(self, at: Values, found: Outcome) -> tuple[str, ...]:
        return self.notes

    def capability(self, at: Values, edge: Edge) -> Capability:
        """What one replica carries with every target met; rates in requests per second."""
        tokens, longest = at["input_tokens"] + at["output_tokens"], _high(at, "input_tokens") + _high(at, "output_tokens")
        if self.sheet.room <= 0:
            return Capability(0.0, Constraint.WEIGHTS_DO_NOT_FIT)
        if longest > self.longest:
            return Capability(0.0, Constraint.CONTEXT_TOO_LONG)
        seats, holds = self.seats(tokens)
        if min(seats, self.seats(longest)[0]) < 1:
            return Capability(0.0, Constraint.KV_CACHE)
        law = self.law.seconds(at, edge)
        rate, binds = self._unhurried(at, law, seats, holds)
        if self.batch:
            return Capability(rate, binds, combined_sigma(self.known.sigma, self.workload_sigma), seats, seats, holds)
        keep, sigma, flight = lengths_derate(self.quantities, at, edge, self.demand.tpot_percentile), self.known.sigma, seats
        if at["tpot_s"] < inf:
            in_time, sigma = self.in_time(at, law, keep)
            if in_time < rate:
                rate, binds = in_time, Constraint.TPOT if in_time > 0 else Constraint.TARGET_OUT_OF_REACH
            flight = self._flight(at, law, edge, keep * burst(at["dispersion"]))
        rate, binds = self._answered(at, law, keep, (rate, binds))
        return Capability(rate, binds, combined_sigma(sigma, self.workload_sigma), seats, flight, holds)

    def seats(self, tokens: float) -> tuple[float, Constraint]:
        """Sequences of `tokens` that can be in flight, and which limit that is; embedding keeps none."""
        if not self.decodes:
            return inf, Constraint.BATCH_CAP
        if self.measured_kv is not None:
            in_memory = self.measured_kv / tokens
            if self.sheet is not self.base:
                in_memory *= self.sheet.room / self.base.room * self.base.kv_bytes(tokens) / self.sheet.kv_bytes(tokens)
        else:
            size = self.sheet.kv_bytes(tokens)
            in_memory = self.sheet.room / size if size > 0 else inf
        return (in_memory, Constraint.KV_CACHE) if in_memory < self.most_seats else (self.most_seats, Constraint.BATCH_CAP)

    def _unhurried(self, at: Values, law: Seconds, seats: float, holds: Constraint) -> tuple[float, Constraint]:
        """The rate without any target, and what limits it."""
        known, outputs = self.known, at["output_tokens"]
        if known.grade is Grade.NOTHING:
            read, computed = 1 / law.work, compute_rate_max(law.kp, at["input_tokens"], outputs)
            rate, binds = (read, Constraint.MEMORY_BANDWIDTH) if read < computed else (computed, Constraint.COMPUTE)
        else:
            share = min(1.0, known.top_per_s * known.work_s)
            rate, binds = (share if self.batch else share * known.derate) / law.work, Constraint.SATURATION
        if self.batch:
            binds = Constraint.WINDOW
        if seats == inf:
            return rate, binds
        seated = 1 / (law.work + self._idle_share(at, law, seats))
        return (seated, holds) if seated < ENOUGH_SEATS * rate else (min(rate, seated), binds)

    def _idle_share(self, at: Values, law: Seconds, seats: float) -> float:
        """Seconds per request that the idle steps cost with all seats taken, O t0 / C: 1/X = w + O t0 / C.

        A measured saturation throughput holds its own share already; only what is beyond that counts.
        """
        known, share = self.known, at["output_tokens"] * law.t0 / seats
        if known.grade is Grade.SATURATION and known.output_tokens:
            then = self.seats(known.input_tokens + known.output_tokens)[0]
            return max(0.0, share - known.output_tokens * law.t0 / then)
        return share

    def in_time(self, at: Values, law: Seconds, keep: float) -> tuple[float, float]:
        """The rate at the target per token, and the relative error of that figure."""
        known, target, bursts = self.known, at["tpot_s"], burst(at["dispersion"])
        free = 1 - law.t0 / target
        if known.grade is Grade.SATURATION:
            left, sigma = tightness(free, known.derate, known.sigma)
            return left * bursts / law.work, sigma
        if known.tpot is not None:
            stretch = self.law.stretch
            rate = known.tpot.rate(target / stretch, law.t0 / stretch) * known.work_s / law.work
            return rate * bursts * (1.0 if known.tpot.exact else keep), known.sigma
        rate = max(0.0, free) / law.work * keep * bursts
        if known.grade is Grade.NOTHING and self.sheet.active_s < self.sheet.weights_s:
            rate = max(rate, self._one_at_a_time(at, law.kp))
        return rate, known.sigma

    def _one_at_a_time(self, at: Values, kp: float) -> float:
        """A mixture of experts that serves one sequence reads only the experts which this one uses."""
        inputs, outputs = at["input_tokens"], at["output_tokens"]
        alone = (self.sheet.active_s + self.sheet.kv_bytes(inputs + outputs / 2) / self.sheet.read_per_s) / at["mbu"]
        return 1 / (inputs * kp + outputs * alone) if alone <= at["tpot_s"] else 0.0

    def _flight(self, at: Values, law: Seconds, edge: Edge, left: float) -> float:
        """Sequences in flight at the target per token: lambda* O T = (T - t0) / (kd + (I / O) kp), which grows with O.

        `left` of it for percentile and bursts, and no more than the law has at the highest rate that was reached.
        """
        outputs, known = at["output_tokens"], self.known
        if edge is not Edge.LIKELY:
            known_outputs = self.quantities["output_tokens"]
            outputs = known_outputs.low if edge is Edge.UNKIND else known_outputs.high
        longer = max(0.0, at["tpot_s"] - law.t0) * left
        share = known.top_per_s * known.work_s if known.grade in {Grade.SWEEP, Grade.TWO_POINTS} else 1.0
        if share < 1:
            longer = min(longer, law.t0 * share / (1 - share))
        return longer / (law.kd + at["input_tokens"] / outputs * law.kp)

    def _answered(self, at: Values, law: Seconds, keep: float, limit: tuple[float, Constraint]) -> tuple[float, Constraint]:
        """The highest rate not above the limit at which first token and whole answer come in time."""
        for name, constraint in (("ttft_s", Constraint.TTFT), ("latency_s", Constraint.LATENCY)):
            if at[name] < inf and limit[0] > 0:
                found = self.highest(at, law, keep, name, limit[0])
                if found < limit[0]:
                    limit = found, constraint if found > 0 else Constraint.TARGET_OUT_OF_REACH
        return limit

    def highest(self, at: Values, law: Seconds, keep: float, name: str, most: float) -> float:
        """The highest rate, up to `most`, at which the target of that name is met: as measured, else by `answered`."""
        known = self.known
        if name == "ttft_s" and known.ttft is not None:
            longer = max(1.0, at["input_tokens"] / known.input_tokens)
            measured = known.ttft.rate(at[name] / longer)
            if measured > 0:
                return measured * known.work_s / law.work * burst(at["dispersion"])
        return self.answered(at, law, keep, name).highest_rate(most, at[name])

    def answered(self, at: Values, law: Seconds, keep: float, name: str) -> Answered:
        """Time to the first token (`ttft_s`; always, where nothing is decoded) or to the whole answer (`latency_s`)."""
        first = name == "ttft_s"
        p = self.demand.ttft_percentile if first else self.demand.latency_percentile
        long_input, long_output = (_high(at, "input_tokens"), _high(at, "output_tokens")) if p > 0.5 else (
            at["input_tokens"], at["output_tokens"],
        )  # fmt: skip
        tokens = Tokens(at["input_tokens"], at["output_tokens"], long_input)
        return Answered(law, tokens, p, at["dispersion"], 0.0 if first else long_output, keep * burst(at["dispersion"]))

    def count(self, at: Values, can: Capability, z: float) -> Outcome:
        """How many replicas with the margin e^{-z sigma} x utilisation on each."""
        peak = self.peak(at)
        if can.rate <= 0:
            return Outcome(0, can.constraint, 0, peak)
        margin = exp(-z * can.sigma) * self.utilisation
        safe, binds = can.rate * margin, can.constraint
        needed = whole(peak / safe)
        if at["concurrency"] > 0:  # grows as the load does
            held_at_once = at["concurrency"] * at["growth_per_year"] ** (at["horizon_months"] / 12)
            seated, moving = can.seats, can.flight * margin
            if moving <= 0:
                return Outcome(0, Constraint.TARGET_OUT_OF_REACH, 0, peak, safe)
            held = whole(held_at_once / min(seated, moving))
            if held > needed:
                needed, binds = held, can.seats_constraint if seated <= moving else Constraint.TPOT
        return with_spares(needed, self.candidate.replica_availability, at["availability"], binds, peak, safe)

    def peak(self, at: Values) -> float:
        """Requests per second that must be carried."""
        growth = at["growth_per_year"], at["horizon_months"]
        if self.batch:
            return peak_rate(at["items_per_run"] / (at["window_h"] * 3600), 1.0, *growth)
        return peak_rate(at["arrival_per_s"], at["peak_factor"], *growth)

    def figures(self, at: Values, found: Outcome, edge: Edge) -> Mapping[str, float]:
        return figures(self, at, found, edge)

    def steps(self, at: Values, can: Capability, found: Outcome) -> tuple[Step, ...]:
        return steps(self, at, can, found)

    def changes(self) -> Iterator[Change]:
        return changes(self)

    def with_candidate(self, candidate: SelfHosted) -> Hosted:
        """The same demand and measurement on a changed candidate."""
        return Hosted(self.demand, candidate, self.known, self.base)

    def with_model(self, **facts: float) -> Hosted:
        return self.with_candidate(replace(self.candidate, model=replace(self.candidate.model, **facts)))  # type: ignore[arg-type]


def _high(at: Values, name: str) -> float:
    """The long requests' tokens; the mean where no percentile is given."""
    return max(at[name], at[f"{name}_p95"])


def _demanded(demand: Demand) -> dict[str, Quantity]:
    """The fields of the demand that the count depends on. Raises MissingInput."""
    tokens = (*PROMPT, *ANSWER) if demand.task is Task.GENERATE else PROMPT
    required(demand, "the work of a request is its tokens", *(name for name in tokens if not name.endswith("_p95")))
    if demand.workload_class is WorkloadClass.BATCH:
        required(demand, "a batch is items within a window", "items_per_run", "window_h")
        return quantities_of(demand, "items_per_run", "window_h", "growth_per_year", "horizon_months", "availability", *tokens)
    if demand.arrival_per_s is None and (demand.concurrency is None or demand.task is not Task.GENERATE):
        raise MissingInput("arrival_per_s", "state how many requests come per second, or how many answers are in flight at once")
    found = quantities_of(demand, *LOAD, *tokens, *TARGETS)
    if demand.task is not Task.GENERATE:
        found.pop("tpot_s", None)
        found.pop("concurrency", None)
    return found
