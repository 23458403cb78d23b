"""Waiting lines of workers that each serve one request at a time: Little, Erlang B and C, and G/G/c.

Language models are not sized with these: their service time moves with the load, see `batching`. `offered_load` is arrivals
per second times seconds of service, in erlangs; `ca2` and `cs2` are squared coefficients of variation of the times between
arrivals and of the service times; percentiles are in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, floor, lgamma, log, sqrt

from scipy.special import gammaincc

EXACT_FROM_ZERO = 100.0  # offered load up to which Erlang's recursion is run from no servers on
CORRECTION = 1.8  # of Allen-Cunneen where it was found to promise .56-.76 of the simulated wait
CORRECTED_FROM = 16  # servers
ROUNDING = 1e-12


def little(arrival_per_s: float, time_in_system_s: float) -> float:
    """Mean number in the system, L = lambda W. Holds for any stable system (Little, Operations Research 9, 1961)."""
    return arrival_per_s * time_in_system_s


def erlang_b(servers: int, offered_load: float) -> float:
    """Probability in 0..1 that all servers are busy when nobody may wait (Erlang 1917).

    By the recursion B_0 = 1, B_k = a B / (k + a B), which neither overflows nor cancels. Raises ValueError for a negative
    number of servers or load.
    """
    if servers < 0 or offered_load < 0:
        raise ValueError(f"want servers and load not negative, got {servers} and {offered_load}")
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = offered_load * blocked / (k + offered_load * blocked)
    return blocked


def erlang_c(servers: int, offered_load: float) -> float:
    """Probability in 0..1 that an arrival has to wait in M/M/c, C = B / (1 - rho (1 - B)); 1 where load >= servers (Erlang 1917).

    Raises ValueError for a negative number of servers or load.
    """
    return _waits(servers, offered_load, erlang_b(servers, offered_load))


def _waits(servers: int, offered_load: float, blocked: float) -> float:
    if offered_load >= servers:
        return 1.0
    return blocked / (1 - offered_load / servers * (1 - blocked))


@dataclass(frozen=True, slots=True)
class Mmc:
    """Means of M/M/c in steady state: times in seconds, numbers of requests, `utilisation` and `wait_probability` in 0..1."""

    offered_load: float
    utilisation: float
    wait_probability: float
    wait_s: float
    time_in_system_s: float
    waiting: float
    in_system: float


def mmc(arrival_per_s: float, service_s: float, servers: int) -> Mmc:
    """Wq = C S / (c - a), the rest by Little's law (Erlang 1917, Little 1961). Raises ValueError when the line only grows."""
    load = arrival_per_s * service_s
    _stable(servers, load)
    waits = erlang_c(servers, load)
    wait_s = waits * service_s / (servers - load)
    in_system_s = wait_s + service_s
    return Mmc(
        load, load / servers, waits, wait_s, in_system_s, little(arrival_per_s, wait_s), little(arrival_per_s, in_system_s)
    )


def wait_tail(arrival_per_s: float, service_s: float, servers: int, t_s: float, ca2: float = 1.0, cs2: float = 1.0) -> float:
    """P(W > t) in 0..1: C e^{-(c - a) t / (S f)}, f = (ca2 + cs2) / 2. Exact for M/M/c (f = 1), else its usual scaling.

    1 where the load is not less than the servers.
    """
    load = arrival_per_s * service_s
    return _tail(servers, load, erlang_c(servers, load), t_s / service_s, (ca2 + cs2) / 2)


def _tail(servers: int, load: float, waits: float, t_in_services: float, scale: float) -> float:
    if load >= servers:
        return 1.0
    if scale <= 0:  # neither arrivals nor service vary: nobody waits
        return 0.0
    return waits * exp(-(servers - load) * t_in_services / scale)


def wait_quantile(arrival_per_s: float, service_s: float, servers: int, p: float, ca2: float = 1.0, cs2: float = 1.0) -> float:
    """The wait in seconds that a share p of the arrivals does not exceed: max(0, ln(C / (1 - p)) S f / (c - a)).

    Raises ValueError when the line only grows or p is not in [0, 1).
    """
    load = arrival_per_s * service_s
    _stable(servers, load)
    if not 0 <= p < 1:
        raise ValueError(f"want a percentile in [0, 1), got {p}")
    waits = erlang_c(servers, load)
    if waits <= 1 - p:
        return 0.0
    return log(waits / (1 - p)) * service_s * (ca2 + cs2) / 2 / (servers - load)


def allen_cunneen_wq(arrival_per_s: float, service_s: float, servers: int, ca2: float, cs2: float) -> float:
    """Mean wait in seconds of G/G/c, Wq(M/M/c) (ca2 + cs2) / 2 (Allen, Probability, Statistics and Queueing Theory, 1990).

    An approximation: see `corrected_wq` for where it is on the unsafe side. Raises ValueError when the line only grows.
    """
    return mmc(arrival_per_s, service_s, servers).wait_s * (ca2 + cs2) / 2


def corrected_wq(arrival_per_s: float, service_s: float, servers: int, ca2: float, cs2: float) -> float:
    """Mean wait in seconds that stays on the safe side of bursts: the greater of two estimates, `allen_cunneen_wq` for ca2 <= 1.

    (a) Allen-Cunneen x `correction`, the rule of SIZING.md; (b) Allen-Cunneen with `wait_probability` for bursty arrivals, which
    is needed beyond some 50 servers, where (a) was found to promise as little as .4 of the simulated wait. Raises ValueError
    when the line only grows.
    """
    raw = allen_cunneen_wq(arrival_per_s, service_s, servers, ca2, cs2)
    if ca2 <= 1:
        return raw
    load = arrival_per_s * service_s
    bursty = wait_probability(servers, load, peakedness(ca2, overlap(cs2))) * service_s * (ca2 + cs2) / 2 / (servers - load)
    return max(raw * correction(servers, ca2), bursty)


def correction(servers: int, ca2: float) -> float:
    """What Allen-Cunneen's wait is multiplied by where it under-predicts: 1.8 for c >= 16 and ca2 > 1 (SIZING.md), else 1."""
    return CORRECTION if ca2 > 1 and servers >= CORRECTED_FROM else 1.0


def overlap(cs2: float) -> float:
    """E[min(S1, S2)] / E[S] of two lognormal services in 0..1: 1 without variation, erfc(sigma / 2), sigma^2 = ln(1 + cs2)."""
    return erfc(sqrt(log(1 + cs2)) / 2)


def peakedness(ca2: float, overlapping: float) -> float:
    """Variance over mean of the busy servers if there were no end of them: 1 + (ca2 - 1) x overlap, at least 1.

    The limit of many arrivals per service (Eckberg 1983; Whitt 1993); 1 for Poisson arrivals.
    """
    return 1 + max(0.0, ca2 - 1) * overlapping


def wait_probability(servers: float, load: float, peaked: float) -> float:
    """Probability in 0..1 that an arrival waits when arrivals are `peaked` times as bunched as Poisson's.

    Hayward's approximation, Erlang C of servers / z and load / z (Fredericks, Bell System Technical Journal 59, 1980), for a
    number of servers that need not be whole: B = a^x e^-a / Gamma(x + 1, a). 1 where the load is not less than the servers.
    """
    if load >= servers:
        return 1.0
    if load <= 0:
        return 0.0
    many, offered = servers / peaked, load / peaked
    reached = gammaincc(many + 1, offered)  # P(Poisson(a) <= x), continued to real x
    blocked = exp(many * log(offered) - offered - lgamma(many + 1)) / float(reached)
    return blocked / (1 - load / servers * (1 - blocked))


def bursty_tail(
    arrival_per_s: float, service_s: float, servers: int, t_s: float, ca2: float, cs2: float, overlapping: float
) -> float:
    """P(W > t) in 0..1 with `wait_probability` of bursty arrivals; `wait_tail` where ca2 <= 1."""
    load, z = arrival_per_s * service_s, peakedness(ca2, overlapping)
    return _tail(servers, load, wait_probability(servers, load, z), t_s / service_s, (ca2 + cs2) / 2)


def min_servers(
    arrival_per_s: float,
    service_s: float,
    p: float,
    t_s: float,
    ca2: float = 1.0,
    cs2: float = 1.0,
    *,
    at_least: int = 1,
) -> int:
    """The smallest number of servers, not below `at_least`, with P(W > t) <= 1 - p. The tail is `wait_tail`'s.

    Needs O(sqrt(load)) steps: below load - 8 sqrt(load) servers the recursion of Erlang B has forgotten its start by a factor
    of e^-32, and there B = 1 - k/a nearly. Raises ValueError unless 0 <= p < 1 and t >= 0.
    """
    if not (0 <= p < 1 and t_s >= 0 and service_s > 0 and arrival_per_s >= 0):
        raise ValueError(f"want p in [0, 1), t >= 0 and service > 0, got {p}, {t_s}, {service_s}")
    load, scale, allowed = arrival_per_s * service_s, (ca2 + cs2) / 2, 1 - p + ROUNDING
    servers = 0 if load <= EXACT_FROM_ZERO else floor(load - 8 * sqrt(load))
    blocked = 1.0 if servers == 0 else 1 - servers / load
    while True:
        servers += 1
        blocked = load * blocked / (servers + load * blocked)
        if servers < at_least or servers <= load:
            continue
        if _tail(servers, load, _waits(servers, load, blocked), t_s / service_s, scale) <= allowed:
            return servers


def safe_servers(
    arrival_per_s: float,
    service_s: float,
    p: float,
    t_s: float,
    ca2: float,
    cs2: float,
    overlapping: float,
    *,
    at_least: int = 1,
) -> int:
    """`min_servers` on the safe side of bursts: each estimate of `corrected_wq` must hold. `overlapping` as in `peakedness`.

    Raises ValueError as `min_servers` does.
    """
    servers = min_servers(arrival_per_s, service_s, p, t_s, ca2, cs2, at_least=at_least)
    if ca2 <= 1:
        return servers
    if servers >= CORRECTED_FROM:
        longer = (ca2 + cs2) * CORRECTION - cs2  # the factor on the mean wait, put into ca2
        servers = min_servers(arrival_per_s, service_s, p, t_s, longer, cs2, at_least=servers)
    while bursty_tail(arrival_per_s, service_s, servers, t_s, ca2, cs2, overlapping) > 1 - p + ROUNDING:
        servers += 1
    return servers


def _stable(servers: int, load: float) -> None:
    if load >= servers:
        raise ValueError(f"{load:g} erlangs on {servers} servers: the line only grows, add servers")
