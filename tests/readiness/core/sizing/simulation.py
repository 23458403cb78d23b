"""Slow, naive simulations that the closed forms are held against."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def spaced(rng: np.random.Generator, count: int, mean: float, cv2: float) -> Floats:
    """`count` positive times with this mean and squared variation: constant, exponential, hyperexponential (balanced means)."""
    if cv2 == 0:
        return np.full(count, mean)
    if cv2 == 1:
        return rng.exponential(mean, count)
    share = (1 + np.sqrt((cv2 - 1) / (cv2 + 1))) / 2
    quick = rng.random(count) < share
    return np.where(quick, rng.exponential(mean / (2 * share), count), rng.exponential(mean / (2 * (1 - share)), count))


def lognormal(rng: np.random.Generator, count: int, mean: float, cv2: float) -> Floats:
    spread = np.log(1 + cv2)
    return rng.lognormal(np.log(mean) - spread / 2, np.sqrt(spread), count)


def waits(arrivals: Floats, services: Floats, servers: int) -> Floats:
    """Seconds that each arrival waits, first come first served; the first tenth is left out as warm-up."""
    free = [0.0] * servers
    heapq.heapify(free)
    found = np.empty(len(arrivals))
    for place, (arrival, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        start = max(arrival, free[0])
        heapq.heapreplace(free, start + service)
        found[place] = start - arrival
    return found[len(arrivals) // 10 :]


@dataclass(frozen=True)
class Served:
    """Seconds per request, warm-up left out: time to the first token, and per token after it."""

    ttft: Floats
    tpot: Floats
    outputs: Floats
    in_flight: float

    @property
    def mean_tpot(self) -> float:
        """Each token counts once."""
        return float(np.average(self.tpot, weights=self.outputs))


def batching(arrivals: Floats, inputs: Floats, outputs: Floats, law: tuple[float, float, float], most: int = 10_000) -> Served:
    """Steps of t0 + kd n + kp x prompt tokens. Who has come by a step's start joins it and has a first token at its end."""
    t0, kd, kp = law
    first, last = np.zeros(len(arrivals)), np.zeros(len(arrivals))
    left, members = np.empty(0), np.empty(0, dtype=np.int64)
    queue: deque[int] = deque()
    coming, clock, busy = 0, 0.0, 0.0
    times = arrivals.tolist()
    while coming < len(times) or queue or len(members):
        if not len(members) and not queue:
            clock = max(clock, times[coming])
        while coming < len(times) and times[coming] <= clock:
            queue.append(coming)
            coming += 1
        joining = [queue.popleft() for _ in range(min(len(queue), most - len(members)))]
        if joining:
            members = np.concatenate((members, np.array(joining)))
            left = np.concatenate((left, outputs[joining]))
        step = t0 + kd * len(members) + kp * float(inputs[joining].sum())
        busy += step * len(members)
        clock += step
        first[joining] = clock
        left -= 1
        done = left <= 0
        if done.any():
            last[members[done]] = clock
            members, left = members[~done], left[~done]
    counted = slice(len(times) // 5, None)
    tpot = (last - first)[counted] / np.maximum(1, outputs[counted] - 1)
    return Served((first - arrivals)[counted], tpot, outputs[counted] - 1, busy / clock)
