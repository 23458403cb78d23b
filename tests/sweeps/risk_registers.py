"""What the risk model learns from two real registers: python -m tests.sweeps.risk_registers [docs/risk-registers.md]

The federal inventories of 2023 and 2024 in a database of its own (tests.sweeps.two_registers). What it finds is written to
standard output and, with a path, there: figures only, no text of the registers. Wants the sample data (PILOTAGE_SAMPLE_DATA).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def learn(path: str) -> None:
    """In the database that the environment names, which has both years."""
    import django

    django.setup()
    from tests.sweeps.registers_learned import told

    text = "\n".join(told()) + "\n"
    sys.stdout.write(text)
    if path:
        Path(path).write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["learn"]:
        learn(arguments[1] if arguments[1:] else "")
        return 0
    from tests.sweeps.two_registers import two_registers

    with two_registers("risk_registers") as environment:
        command = [sys.executable, "-m", "tests.sweeps.risk_registers", "learn", *arguments[:1]]
        return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
