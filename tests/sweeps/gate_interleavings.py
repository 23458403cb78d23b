"""Two connections stepped statement by statement through every order: vote/vote, vote/decide, decide/withdraw, expiry/decide,
evidence arrival/decide and their like.

    python -m tests.sweeps.gate_interleavings
    python -m tests.sweeps.gate_interleavings --without-lock --most 200

Exit code 1 where an order left something that must not be. The suite goes through a part of them.
"""

from __future__ import annotations

import sys

from tests.sweeps.gate_database import run_there

if __name__ == "__main__":
    sys.exit(run_there("gate_interleavings", "tests.sweeps.gate_stepping", sys.argv[1:]))
