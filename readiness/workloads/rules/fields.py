"""The values of a workload profile: which question asks for each, in which unit, for whom it counts, what is plausible.

The plausible ranges are what an unknown stands for in a sizing until somebody finds out. They are our working assumptions,
wide on purpose, and pages name them as such.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from readiness.core.sizing.inputs import Task, WorkloadClass

SCALE, DEMANDS = "scale", "demands"  # the first two of the three questions; the third is the architecture
_SERVED = frozenset({WorkloadClass.ONLINE, WorkloadClass.STREAMING})
_BATCH = frozenset({WorkloadClass.BATCH})
_ALL = frozenset(WorkloadClass)
_ANY = frozenset(Task)
_TEXT = frozenset({Task.GENERATE, Task.EMBED})
_GENERATE = frozenset({Task.GENERATE})
_RUN = frozenset({Task.GENERATE, Task.EMBED, Task.CLASSIC})
_TRAIN = frozenset({Task.TRAIN})


@dataclass(frozen=True, slots=True)
class Field:
    """One value. `plausible` = (low, likely, high) of an unknown; `least`/`most` bound what may be typed."""

    name: str
    question: str
    label: str
    unit: str
    plausible: tuple[float, float, float]
    tasks: frozenset[Task] = _RUN
    classes: frozenset[WorkloadClass] = _ALL
    least: float = 0.0
    most: float = 1e15
    why: str = ""
    helps: str = ""  # how to find it out
    group: str = ""
    required: bool = False  # a sizing needs it: unknown widens, "not applicable" is refused
    whole: bool = field(default=False)


# fmt: off
FIELDS: tuple[Field, ...] = (
    Field(
        "users", SCALE, "People who will use it", "people", (50, 500, 5_000), classes=_SERVED, group="Load", whole=True,
        why="With the two values below it gives the arrival rate where nobody has measured one.",
        helps="The sponsor knows the population; count those who will have access in the horizon.",
    ),
    Field(
        "requests_per_user_day", SCALE, "Requests per person and day", "requests", (2, 10, 40), classes=_SERVED, group="Load",
        helps="Ask the pilot's users, or read the pilot's log.",
    ),
    Field(
        "busy_hours_per_day", SCALE, "Hours of the day in which they come", "hours", (6, 8, 24), classes=_SERVED, group="Load",
        least=0.1, most=24,
    ),
    Field(
        "arrival_per_s", SCALE, "Requests per second, mean", "1/s", (0.1, 1, 10), classes=_SERVED, group="Load", required=True,
        why="Everything scales with it.",
        helps="A request log of the pilot answers it, with the peak and the burstiness: upload one.",
    ),
    Field(
        "peak_factor", SCALE, "Busiest minutes over the mean", "x", (2, 4, 10), classes=_SERVED, group="Load", least=1,
        most=10_000, required=True, why="Capacity that holds the mean fails at the peak.",
    ),
    Field(
        "dispersion", SCALE, "Burstiness within the target's seconds", "variance/mean", (1, 1.5, 4), classes=_SERVED,
        group="Load", most=10_000, required=True,
        why="1 is a random (Poisson) stream; bursts queue even where the mean fits.",
        helps="The index of dispersion of the request counts, from a trace.",
    ),
    Field(
        "burst_s", SCALE, "How long a burst lasts", "s", (1, 30, 300), classes=_SERVED, group="Load",
        why="A burst shorter than the start of a replica cannot be met by scaling out.",
    ),
    Field(
        "growth_per_year", SCALE, "Growth per year", "x", (1, 1.5, 3), tasks=_ANY, group="Load", least=0.01, most=1_000,
        required=True,
    ),
    Field(
        "horizon_months", SCALE, "Planning horizon", "months", (12, 12, 24), tasks=_ANY, group="Load", most=120,
        required=True, helps="Capacity is sized for the load of that month, growth included.",
    ),
    Field(
        "input_tokens", SCALE, "Input tokens, mean", "tokens", (200, 1_000, 4_000), tasks=_TEXT, group="Size of a request",
        least=1, most=10_000_000, required=True, why="Prefill and the memory of a conversation grow with it.",
    ),
    Field(
        "input_tokens_p95", SCALE, "Input tokens, 95th percentile", "tokens", (1_000, 4_000, 16_000), tasks=_TEXT,
        group="Size of a request", least=1, most=10_000_000,
    ),
    Field(
        "output_tokens", SCALE, "Output tokens, mean", "tokens", (50, 250, 800), tasks=_GENERATE, group="Size of a request",
        least=1, most=10_000_000, required=True, why="Each is one step of the decode loop.",
    ),
    Field(
        "output_tokens_p95", SCALE, "Output tokens, 95th percentile", "tokens", (200, 800, 2_000), tasks=_GENERATE,
        group="Size of a request", least=1, most=10_000_000,
    ),
    Field(
        "request_kb", SCALE, "Size of a request", "kB", (1, 10, 200), group="Size of a request",
        helps="For the network; images and documents count with their files.",
    ),
    Field("response_kb", SCALE, "Size of a response", "kB", (1, 10, 200), group="Size of a request"),
    Field(
        "items_per_run", SCALE, "Items per run", "items", (1_000, 50_000, 1_000_000), classes=_BATCH, group="Load", least=1,
        required=True,
    ),
    Field(
        "training_tokens", SCALE, "Tokens to train on, per run", "tokens", (1e7, 1e9, 1e11), tasks=_TRAIN, group="Load", least=1,
        most=1e16, required=True,
    ),
    Field("stored_gb", SCALE, "Data stored at the start", "GB", (10, 200, 5_000), tasks=_ANY, group="Data"),
    Field("ingest_gb_per_day", SCALE, "New data per day", "GB", (0.1, 2, 50), tasks=_ANY, group="Data"),
    Field("retention_months", SCALE, "Kept for", "months", (3, 12, 84), tasks=_ANY, group="Data", most=1_200),
    Field(
        "copies", SCALE, "Copies kept", "copies", (1, 2, 3), tasks=_ANY, group="Data", least=1, most=20,
        why="Replicas, snapshots and the index beside the text.",
    ),
    Field(
        "concurrency", DEMANDS, "Requests carried at once, at least", "requests", (5, 50, 500), classes=_SERVED,
        group="Concurrency", why="How many concurrent workloads: the third of the articles' first questions.",
    ),
    Field(
        "ttft_s", DEMANDS, "Time to the first token, at most", "s", (0.5, 1.5, 4), tasks=_GENERATE, classes=_SERVED,
        group="Latency", least=0.001, most=86_400,
    ),
    Field(
        "ttft_percentile", DEMANDS, "... for this share of requests", "share", (0.9, 0.95, 0.99), tasks=_GENERATE,
        classes=_SERVED, group="Latency", least=0.5, most=0.9999,
    ),
    Field(
        "tpot_s", DEMANDS, "Time per output token, at most", "s", (0.02, 0.05, 0.1), tasks=_GENERATE, classes=_SERVED,
        group="Latency", least=0.0001, most=3_600, required=True, why="People read about 0.1 to 0.2 s per token.",
    ),
    Field(
        "tpot_percentile", DEMANDS, "... for this share of requests", "share", (0.9, 0.99, 0.99), tasks=_GENERATE,
        classes=_SERVED, group="Latency", least=0.5, most=0.9999,
    ),
    Field(
        "latency_s", DEMANDS, "Whole answer, at most", "s", (0.1, 1, 20), classes=_SERVED, group="Latency", least=0.0001,
        most=86_400, why="End to end, as the caller sees it.",
    ),
    Field(
        "latency_percentile", DEMANDS, "... for this share of requests", "share", (0.9, 0.95, 0.99), classes=_SERVED,
        group="Latency", least=0.5, most=0.9999,
    ),
    Field(
        "availability", DEMANDS, "Availability", "share", (0.99, 0.995, 0.999), classes=_SERVED, group="Availability",
        least=0.5, most=0.999999, required=True,
    ),
    Field(
        "window_h", DEMANDS, "To be done within", "hours", (2, 8, 24), tasks=_ANY, classes=_BATCH, group="Window", least=0.01,
        most=8_760, required=True,
    ),
)
# fmt: on
BY_NAME: dict[str, Field] = {one.name: one for one in FIELDS}


def asked(task: Task, workload_class: WorkloadClass) -> tuple[Field, ...]:
    """The fields that count for such a workload, in the order in which they are asked."""
    return tuple(one for one in FIELDS if task in one.tasks and workload_class in one.classes)
