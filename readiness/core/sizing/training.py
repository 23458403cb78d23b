"""A training run: floating-point operations over a window, and a state that must be held (6 N D, Kaplan et al. 2020)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, exp

from readiness.core.sizing.answer import Constraint, Step
from readiness.core.sizing.inputs import Demand, Grade, SelfHosted
from readiness.core.sizing.levers import looser, measured, scaled
from readiness.core.sizing.quantity import Quantity
from readiness.core.sizing.replicas import SIGMA, whole
from readiness.core.sizing.sizer import Capability, Change, Edge, Outcome, Values, quantities_of, required

STATE_BYTES = 16.0  # per parameter: mixed precision with Adam (Rajbhandari et al., ZeRO, 2020), activations apart
LESS = 0.5


def training_flops(active_parameters: float, tokens: float) -> float:
    """Operations of one run: 6 per active parameter and token, two forward and four backward (Kaplan et al. 2020)."""
    return 6 * active_parameters * tokens


def training_state_bytes(parameters: float) -> float:
    """Weights, gradients and optimiser of all parameters when everything is trained, spread over all accelerators."""
    return STATE_BYTES * parameters


class Training:
    """One replica = one group of accelerators of the candidate; the run spreads over all of them.

    The grade follows the MFU: known means measured here or on the same stack.
    """

    refused: tuple[tuple[int, str], ...] = ()

    def __init__(self, demand: Demand, candidate: SelfHosted) -> None:
        required(demand, "a training run is tokens within a window", "training_tokens", "window_h")
        self.candidate, self.accelerators = candidate, candidate.accelerators
        self.grade = Grade.SATURATION if candidate.mfu.known else Grade.NOTHING
        self.quantities: dict[str, Quantity] = {
            **quantities_of(demand, "training_tokens", "window_h"),
            "mfu": candidate.mfu,
        }
        chip = candidate.accelerator
        self.flops = chip.flops * candidate.accelerators
        self.room = (chip.memory_bytes * candidate.memory_utilisation - candidate.overhead_bytes) * candidate.accelerators
        self.state = training_state_bytes(candidate.model.parameters)

    def remarks(self, at: Values, found: Outcome) -> tuple[str, ...]:
        return ("order_of_magnitude",) if self.grade is Grade.NOTHING else ("screening",)

    def capability(self, at: Values, edge: Edge) -> Capability:
        """Operations per second of one replica."""
        if self.room <= 0:
            return Capability(0.0, Constraint.WEIGHTS_DO_NOT_FIT)
        return Capability(self.flops * at["mfu"], Constraint.WINDOW, SIGMA[self.grade])

    def count(self, at: Values, can: Capability, z: float) -> Outcome:
        wanted = self._wanted(at)
        if can.rate <= 0:
            return Outcome(0, can.constraint, 0, wanted)
        safe = can.rate * exp(-z * can.sigma)
        needed, held = whole(wanted / safe), ceil(self.state / self.room)
        if held > needed:
            return Outcome(held, Constraint.MEMORY, held, wanted, safe)
        return Outcome(needed, Constraint.WINDOW, needed, wanted, safe)

    def _wanted(self, at: Values) -> float:
        """Operations per second over the window."""
        return training_flops(self.candidate.model.active_parameters, at["training_tokens"]) / (at["window_h"] * 3600)

    def figures(self, at: Values, found: Outcome, edge: Edge) -> Mapping[str, float]:
        told = {
            "training_flops": training_flops(self.candidate.model.active_parameters, at["training_tokens"]),
            "training_state_gb": self.state / 1e9,
        }
        if found.replicas:
            told["run_h"] = at["window_h"] * found.peak / (found.replicas * found.safe)
        return told

    def steps(self, at: Values, can: Capability, found: Outcome) -> tuple[Step, ...]:
        flops = training_flops(self.candidate.model.active_parameters, at["training_tokens"])
        text = f"6 x {self.candidate.model.active_parameters:.4g} x {at['training_tokens']:.4g} tokens = {flops:.4g}"
        lines = [Step("training_flops", flops, "operations", text, "Kaplan et al. 2020")]
        if found.replicas:
            text = f"{self.flops:.4g} x MFU {at['mfu']:g} x e^(-1.28 x {can.sigma:.3g}) = {found.safe:.4g}"
            lines.append(Step("safe_flops", found.safe, "operations/s", text, "SIZING.md 10"))
            text = f"{flops:.4g} / ({at['window_h']:g} h x 3600 s x {found.safe:.4g}), rounded up"
            by_window = whole(found.peak / found.safe)
            lines.append(Step("needed_for_window", by_window, "replicas", f"{text} = {by_window}"))
            held = ceil(self.state / self.room)
            text = (
                f"{STATE_BYTES:g} bytes x {self.candidate.model.parameters:.4g} / {self.room / 1e9:.4g} GB, rounded up = {held}"
            )
            lines.append(Step("needed_for_memory", held, "replicas", text, "Rajbhandari et al. 2020"))
        return tuple(lines)

    def changes(self) -> Iterator[Change]:
        yield from looser(self, "window_h")
        yield from scaled(self, "training_tokens", LESS)
        yield from measured(self, 0.0)
