"""Classic models: every request holds one worker slot for its service time, so Erlang C and G/G/c size them.

A batch on workers has no line: slots are kept busy over the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, inf, log, sqrt
from statistics import NormalDist

from readiness.core.sizing.answer import Constraint, Step
from readiness.core.sizing.inputs import Demand, Grade, Workers, WorkloadClass
from readiness.core.sizing.levers import calmer, looser, measured, scaled
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.queueing import bursty_tail, overlap, safe_servers, wait_tail
from readiness.core.sizing.replicas import BATCH_UTILISATION, SIGMA, Z_PLAN, peak_rate, whole
from readiness.core.sizing.sizer import LOAD, Capability, Change, Edge, Outcome, Values, quantities_of, required, with_spares

FASTER = 0.5


def service_quantile_s(service_s: float, cv2: float, p: float) -> float:
    """Seconds that a share p of the services does not exceed, lognormal with this mean and squared variation.

    Never falls when the variation grows: past the variation at which a lognormal's percentile peaks, it stays there.
    """
    if cv2 <= 0 or p <= 0.5:
        return service_s
    z, spread = NormalDist().inv_cdf(p), sqrt(log(1 + cv2))
    spread = min(spread, z)
    return service_s * max(1.0, exp(z * spread - spread * spread / 2))


class Line:
    """One pooled line before all slots of all replicas."""

    refused: tuple[tuple[int, str], ...] = ()

    def __init__(self, demand: Demand, candidate: Workers) -> None:
        self.demand, self.candidate, self.grade = demand, candidate, candidate.grade
        self.accelerators: int | None = candidate.accelerators
        self.batch = demand.workload_class is WorkloadClass.BATCH
        self.utilisation = BATCH_UTILISATION if self.batch else candidate.utilisation
        if self.batch:
            required(demand, "a batch is items within a window", "items_per_run", "window_h")
            fields: tuple[str, ...] = ("items_per_run", "window_h", "growth_per_year", "horizon_months", "availability")
        else:
            required(demand, "state how many requests come per second", "arrival_per_s")
            fields = (*LOAD, "dispersion", "latency_s")
        self.quantities: dict[str, Quantity] = quantities_of(demand, *fields)
        self.quantities["service_s"] = candidate.service_s
        if not self.batch:
            self.quantities["service_cv2"] = candidate.service_cv2

    def remarks(self, at: Values, found: Outcome) -> tuple[str, ...]:
        notes = {Grade.NOTHING: ("order_of_magnitude",), Grade.SATURATION: ("screening",)}.get(self.grade, ())
        if not self.batch and at["latency_s"] < inf and at["dispersion"] > 1:
            return (*notes, "allen_cunneen_corrected")
        return notes

    def capability(self, at: Values, edge: Edge) -> Capability:
        """Requests per second while busy. Services of one length bunch bursts most: that end is not the end of long waits."""
        cv2 = at["service_cv2"] if not self.batch else 0.0
        if edge is not Edge.LIKELY and not self.batch:
            cv2 = self.candidate.service_cv2.high if edge is Edge.KIND else self.candidate.service_cv2.low
        return Capability(self.candidate.slots / at["service_s"], Constraint.COMPUTE, SIGMA[self.grade], overlap=overlap(cv2))

    def count(self, at: Values, can: Capability, z: float) -> Outcome:
        """Slots for the load, for what must be held at once, and for the wait; whole replicas of them, and spares."""
        slots, service = self.candidate.slots, at["service_s"] * exp(z * can.sigma)
        peak = self.peak(at)
        safe = slots / service * self.utilisation
        binds = Constraint.WINDOW if self.batch else Constraint.COMPUTE
        servers = whole(peak * service / self.utilisation)
        if at["concurrency"] > servers:
            servers, binds = whole(at["concurrency"]), Constraint.BATCH_CAP
        if not self.batch and at["latency_s"] < inf:
            wait = self.longest_wait(at, service)
            if wait < 0:
                return Outcome(0, Constraint.TARGET_OUT_OF_REACH, 0, peak, safe)
            calm = servers
            p, ca2, cs2 = self.demand.latency_percentile, at["dispersion"], at["service_cv2"]
            servers = safe_servers(peak, service, p, wait, ca2, cs2, can.overlap, at_least=calm)
            if servers > calm:
                binds = Constraint.QUEUE
        return with_spares(whole(servers / slots), self.candidate.replica_availability, at["availability"], binds, peak, safe)

    def longest_wait(self, at: Values, service: float) -> float:
        """Seconds of waiting that the target leaves: latency - service, both at the percentile (safe: percentiles add up)."""
        return at["latency_s"] - service_quantile_s(service, at["service_cv2"], self.demand.latency_percentile)

    def peak(self, at: Values) -> float:
        growth = at["growth_per_year"], at["horizon_months"]
        if self.batch:
            return peak_rate(at["items_per_run"] / (at["window_h"] * 3600), 1.0, *growth)
        return peak_rate(at["arrival_per_s"], at["peak_factor"], *growth)

    def figures(self, at: Values, found: Outcome, edge: Edge) -> Mapping[str, float]:
        load = found.peak * at["service_s"]
        told = {"peak_per_s": found.peak, "offered_load": load}
        if not found.replicas:
            return told
        servers = found.needed * self.candidate.slots
        told["per_replica_per_s"] = found.safe
        told["utilisation"] = load / servers
        if not self.batch and load < servers:
            told["wait_probability"] = wait_tail(found.peak, at["service_s"], servers, 0.0)
            told["service_p_s"] = service_quantile_s(at["service_s"], at["service_cv2"], self.demand.latency_percentile)
        return told

    def steps(self, at: Values, can: Capability, found: Outcome) -> tuple[Step, ...]:
        service = at["service_s"] * exp(Z_PLAN * can.sigma)
        load = found.peak * service
        asked = f"{at['arrival_per_s']:g}/s x {at['peak_factor']:g}"
        if self.batch:
            asked = f"{at['items_per_run']:g} items / ({at['window_h']:g} h x 3600 s)"
        asked += f" x {at['growth_per_year']:g}^({at['horizon_months']:g}/12)"
        text = f"{at['service_s']:.4g} s x e^(1.28 x {can.sigma:.3g}) = {service:.4g}"
        lines = [
            Step("peak_per_s", found.peak, "1/s", f"{asked} = {found.peak:.4g}", "SIZING.md 1"),
            Step("service_s", service, "s", text, "SIZING.md 10"),
            Step("offered_load", load, "erlang", f"{found.peak:.4g}/s x {service:.4g} s = {load:.4g}", "Little 1961"),
        ]
        busy = whole(load / self.utilisation)
        lines.append(Step("slots_for_load", busy, "slots", f"{load:.4g} / {self.utilisation:g}, rounded up = {busy}"))
        if not self.batch and at["latency_s"] < inf:
            lines += self._line_steps(at, service, found)
        if found.replicas:
            each, slots = self.candidate.replica_availability, self.candidate.slots
            lines.append(Step("needed", found.needed, "replicas", f"of {slots} slots each = {found.needed}"))
            if at["availability"] > 0:
                text = f"{found.needed} of n up with probability {at['availability']:g}, each {each:g} = {found.replicas}"
                lines.append(Step("replicas", found.replicas, "replicas", text, "SIZING.md 9"))
        return tuple(lines)

    def _line_steps(self, at: Values, service: float, found: Outcome) -> Iterator[Step]:
        p, wait = self.demand.latency_percentile, self.longest_wait(at, service)
        text = f"{at['latency_s']:g} s - p{p * 100:g} of the service {at['latency_s'] - wait:.4g} s = {wait:.4g}"
        yield Step("longest_wait_s", wait, "s", text)
        servers = found.needed * self.candidate.slots
        if not found.replicas or not 0 < found.peak * service < servers:
            return
        ca2, cs2 = at["dispersion"], at["service_cv2"]
        late = bursty_tail(found.peak, service, servers, wait, ca2, cs2, overlap(cs2))
        text = f"P(wait > {wait:.4g} s) on {servers} slots, ca2 {ca2:g}, cs2 {cs2:g} = {late:.4g}, allowed {1 - p:.4g}"
        yield Step("late_share", late, "share", text, "Erlang 1917; Allen-Cunneen; Fredericks 1980")

    def changes(self) -> Iterator[Change]:
        yield from looser(self, "latency_s", "window_h")
        yield from calmer(self)
        yield from scaled(self, "service_s", FASTER)
        yield from measured(self, 0.0)
