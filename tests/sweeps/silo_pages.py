"""10,000 purchases of 150 units in a real database: detection, and what each page of procurement and silos costs.

    python -m tests.sweeps.silo_pages

For each page: statements, seconds, seconds of them in SQL (both the best of three), and the size of the answer.
"""

from __future__ import annotations

import sys

from tests.sweeps.gate_database import run_there

if __name__ == "__main__":
    sys.exit(run_there("silo_pages", "tests.sweeps.silo_paging", sys.argv[1:]))
