"""10,000 purchases of 150 units in a real database: detection, and what each page of procurement and silos costs.

    python -m tests.sweeps.silo_pages --billing-rows 5000000

Bills (none unless asked for) are written by the database and published by the product's own service; then their pages are
measured too. For each page: statements, time, how much of it is Python and how much SQL, the whole as times of the SQL (all of
the fastest of five), and the size of the answer.
"""

from __future__ import annotations

import sys

from tests.sweeps.gate_database import run_there

if __name__ == "__main__":
    sys.exit(run_there("silo_pages", "tests.sweeps.silo_paging", sys.argv[1:]))
