"""A model behind a provider's API: no replicas of ours, but quotas, and times per token that we cannot change.

The count is multiples of the granted quota: 1 is enough as granted, 2 needs twice as much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from readiness.core.sizing.answer import Constraint, Step
from readiness.core.sizing.availability import n_for_availability
from readiness.core.sizing.inputs import Demand, Grade, ModelApi, Task, WorkloadClass
from readiness.core.sizing.levers import calmer, looser
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.replicas import peak_rate, whole
from readiness.core.sizing.sizer import LOAD, Capability, Change, Edge, Outcome, Values, quantities_of, required

QUOTAS = ("requests_per_minute", "tokens_per_minute", "input_tokens_per_minute", "output_tokens_per_minute")


class Api:
    """`providers` of the same kind, each of which could carry everything alone."""

    accelerators: int | None = None
    refused: tuple[tuple[int, str], ...] = ()

    def __init__(self, demand: Demand, candidate: ModelApi, providers: int = 1) -> None:
        self.demand, self.candidate, self.providers = demand, candidate, providers
        self.quotas = {name: quota for name in QUOTAS if (quota := getattr(candidate, name)) is not None}
        self.grade = Grade.SATURATION if self.quotas else Grade.NOTHING
        self.batch = demand.workload_class is WorkloadClass.BATCH
        tokens: tuple[str, ...] = {Task.GENERATE: ("input_tokens", "output_tokens"), Task.EMBED: ("input_tokens",)}.get(
            demand.task, ()
        )
        required(demand, "quotas and prices are in tokens", *tokens)
        if self.batch:
            required(demand, "a batch is items within a window", "items_per_run", "window_h")
            fields = ("items_per_run", "window_h", "growth_per_year", "horizon_months", "availability", *tokens)
        else:
            required(demand, "state how many requests come per second", "arrival_per_s")
            fields = (*(name for name in LOAD if name != "concurrency"), "ttft_s", "tpot_s", "latency_s", *tokens)
        self.quantities: dict[str, Quantity] = quantities_of(demand, *fields)

    def remarks(self, at: Values, found: Outcome) -> tuple[str, ...]:
        api, notes = self.candidate, []
        if (at["ttft_s"] < inf and api.ttft_p_s is None) or (at["tpot_s"] < inf and api.tpot_p_s is None):
            notes.append("latency_not_measured")
        if at["availability"] > 0 and api.availability is None:
            notes.append("availability_unknown")
        return tuple(notes)

    def capability(self, at: Values, edge: Edge) -> Capability:
        """Requests per second within every known quota; 0 where a target is missed at any."""
        if self._late(at):
            return Capability(0.0, Constraint.TARGET_OUT_OF_REACH)
        if not self.quotas:
            return Capability(0.0, Constraint.QUOTA_UNKNOWN)
        each = self._per_request(at)
        return Capability(
            min(quota / 60 / each[name] if each[name] else inf for name, quota in self.quotas.items()), Constraint.QUOTA
        )

    def _per_request(self, at: Values) -> Mapping[str, float]:
        inputs, outputs = at["input_tokens"], at["output_tokens"]
        return dict(zip(QUOTAS, (1.0, inputs + outputs, inputs, outputs), strict=True))

    def _late(self, at: Values) -> bool:
        first, each = self.candidate.ttft_p_s, self.candidate.tpot_p_s
        whole_answer = (first or 0.0) + at["output_tokens"] * (each or 0.0)
        return (first or 0.0) > at["ttft_s"] or (each or 0.0) > at["tpot_s"] or whole_answer > at["latency_s"]

    def count(self, at: Values, can: Capability, z: float) -> Outcome:
        peak = self.peak(at)
        if can.rate <= 0:
            return Outcome(0, can.constraint, 0, peak)
        if at["availability"] > 0 and self.candidate.availability is not None:
            wanted = n_for_availability(1, self.candidate.availability, at["availability"])
            if wanted is None or wanted > self.providers:
                return Outcome(0, Constraint.AVAILABILITY, 0, peak, can.rate)
        units = whole(peak / can.rate)
        return Outcome(units * self.providers, Constraint.QUOTA, units, peak, can.rate)

    def peak(self, at: Values) -> float:
        growth = at["growth_per_year"], at["horizon_months"]
        if self.batch:
            return peak_rate(at["items_per_run"] / (at["window_h"] * 3600), 1.0, *growth)
        return peak_rate(at["arrival_per_s"], at["peak_factor"], *growth)

    def figures(self, at: Values, found: Outcome, edge: Edge) -> Mapping[str, float]:
        minute = found.peak * 60
        each = self._per_request(at)
        told = {"peak_per_s": found.peak, **{name: minute * each[name] for name in QUOTAS}}
        if self.quotas:
            told["quota_share"] = max(told[name] / quota for name, quota in self.quotas.items())
        return told

    def steps(self, at: Values, can: Capability, found: Outcome) -> tuple[Step, ...]:
        asked = f"{at['arrival_per_s']:g}/s x {at['peak_factor']:g}"
        if self.batch:
            asked = f"{at['items_per_run']:g} items / ({at['window_h']:g} h x 3600 s)"
        asked += f" x {at['growth_per_year']:g}^({at['horizon_months']:g}/12)"
        lines = [Step("peak_per_s", found.peak, "1/s", f"{asked} = {found.peak:.4g}", "SIZING.md 1")]
        for name, each in self._per_request(at).items():
            need = found.peak * 60 * each
            quota = self.quotas.get(name)
            granted = "quota not known" if quota is None else f"quota {quota:g}, share {need / quota:.3g}"
            lines.append(Step(name, need, "1/min", f"{found.peak:.4g}/s x 60 x {each:g} = {need:.4g}; {granted}"))
        return tuple(lines)

    def changes(self) -> Iterator[Change]:
        yield from looser(self, "tpot_s", "ttft_s", "latency_s", "window_h")
        yield from calmer(self)
        if self.candidate.availability is not None and "availability" in self.quantities:
            wanted = n_for_availability(1, self.candidate.availability, self.quantities["availability"].likely)
            if wanted is not None and wanted > self.providers:
                more = Api(self.demand, self.candidate, wanted)
                yield Change(f"providers {wanted}", "providers", wanted, more, {})
