"""Votes, decisions, withdrawals, reopenings and waiver expiries at once on many gates, against the real PostgreSQL.

    python -m tests.sweeps.gate_races --gates 500 --threads 20
    python -m tests.sweeps.gate_races --gates 500 --threads 20 --without-lock

Exit code 1 where anything was decided twice, over a veto, on other votes than were cast or on a waiver that was over, or was left
in review with quorum and votes. Without the lock it must be 1: that is the control. The suite runs a few gates of both.
"""

from __future__ import annotations

import sys

from tests.sweeps.gate_database import run_there

if __name__ == "__main__":
    sys.exit(run_there("gate_races", "tests.sweeps.gate_racing", sys.argv[1:]))
