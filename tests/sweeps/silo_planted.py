"""Prints how well the rules find what was planted: python -m tests.sweeps.silo_planted [seed ...]"""

from __future__ import annotations

import sys
import time

from readiness.silos.rules.detect import detect
from readiness.silos.rules.settings import Settings
from tests.readiness.silos.planted.portfolio import drawn
from tests.readiness.silos.planted.scoring import scores


def main(seeds: list[int]) -> None:
    for seed in seeds:
        draft = drawn(seed)
        world = draft.world()
        started = time.perf_counter()
        found = detect(world, Settings())
        seconds = time.perf_counter() - started
        _say(f"seed {seed}: {len(world.purchases)} purchases, {len(world.billing)} billing rows, {seconds:.1f} s")
        for score in scores(draft, found):
            _say(
                f"  {score.kind.value:22} planted {score.planted} found {score.found} "
                f"precision {score.precision:.3f} recall {score.recall:.3f} {_why(score.missed, score.strays)}"
            )


def _why(missed: dict[str, int], strays: dict[str, int]) -> str:
    return (f"missed {dict(missed)} " if missed else "") + (f"wrong {dict(strays)}" if strays else "")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [6, 7, 8])
