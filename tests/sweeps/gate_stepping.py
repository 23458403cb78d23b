"""What gate_interleavings runs in a database of its own."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import nullcontext
from functools import partial
from math import comb

from tests.sweeps.gate_pairs import KINDS
from tests.sweeps.gate_world import World, silent, unlocked
from tests.sweeps.stepping import Explored, explore

MOST = 8  # statements a side


def step(world: World, kind: str, *, most: int | None = None, without_lock: bool = False, seed: int = 1) -> Explored:
    """Every order of one pair, or so many."""
    one = KINDS[kind]
    with silent(), unlocked() if without_lock else nullcontext():
        found = explore(partial(one.make, world), one.pattern, most=most, seed=seed)
    if max(found.most) > MOST and not without_lock:
        raise ValueError(f"{kind}: {found.most} statements; name fewer, that really conflict")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=KINDS, help="one pair")
    parser.add_argument("--most", type=int, help="orders of each pair; without it all of them")
    parser.add_argument("--without-lock", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    world, total, wished, bad = World(), 0, 0, 0
    for kind in [options.only] if options.only else KINDS:
        started = time.monotonic()
        found = step(world, kind, most=options.most, without_lock=options.without_lock, seed=options.seed)
        words = comb(sum(found.most), found.most[0])
        total, wished, bad = total + found.orders, wished + words, bad + len(found.bad)
        sys.stdout.write(
            f"{kind}: {found.most[0]} and {found.most[1]} statements, {words} ways to mix them come to {found.orders} orders "
            f"({found.waits} steps waited for a lock), {len(found.bad)} bad, {time.monotonic() - started:.1f} s\n"
        )
        for trace, wrong in list(found.bad.items())[:3]:
            sys.stdout.write(f"   {trace}: {wrong}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{wished} ways to mix, {total} orders gone through, {bad} bad\n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
