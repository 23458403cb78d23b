"""Tamper with decisions on the real tables as the owner of the database, in eight ways at a hundred seeded places each.

    python -m tests.sweeps.gate_tampering

Exit code 1 where one of the two verifiers misses one, or names another place. The suite takes three places of each.
"""

from __future__ import annotations

import sys

from tests.sweeps.gate_database import run_there

if __name__ == "__main__":
    sys.exit(run_there("gate_tampering", "tests.sweeps.gate_tampered", sys.argv[1:]))
