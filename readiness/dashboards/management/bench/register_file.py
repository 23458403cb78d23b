"""A register to import: 15 columns of believable texts, the same for the same seed, and the mapping that reads it."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

HEADERS = (
    "Reference", "Title", "Division", "Department", "Purpose", "Topic", "Approach", "Phase", "State", "Started", "Owner",
    "Expected benefit EUR", "Training runs on", "In containers", "Labels",
)  # fmt: skip
MAPPING = """
register: bench
key: external_id
fields:
  external_id: {column: Reference, required: true}
  name: {column: Title, required: true}
  unit: {columns: [Division, Department], required: true}
  purpose: Purpose
  topic: Topic
  approach: Approach
  stage: {column: Phase, values: {Idea: intake, Building: build, Trial: poc, Live: production}}
  status: {column: State, values: {running: active, paused: on_hold}}
  initiated_on: Started
  owner_name: Owner
  expected_value: {column: Expected benefit EUR, unit: EUR}
  venue_training: {column: Training runs on, values: {cloud: public_cloud, own data centre: on_premises, both: hybrid}}
  containerised: In containers
  tags: Labels
"""
_TASKS = (
    "Sorting",
    "Forecasting",
    "Checking",
    "Routing",
    "Drafting",
    "Matching",
    "Planning",
    "Spotting",
    "Pricing",
    "Translating",
)
_OBJECTS = (
    "supplier invoices", "warranty claims", "service calls", "spare parts demand", "weld seams", "crew rosters", "tender texts",
    "turbine vibration", "customer letters", "delivery windows", "travel receipts", "safety reports", "job descriptions",
)  # fmt: skip
_ENDS = (
    "for the night shift",
    "before the month closes",
    "across all sites",
    "in the field",
    "at goods receipt",
    "for new staff",
)
_DIVISIONS = {
    "Production": ("Casting", "Assembly", "Paint shop"),
    "Sales": ("North", "South", "Online"),
    "Services": ("Field", "Desk"),
}
_APPROACHES = (
    "gradient boosting on tabular records",
    "a hosted language model with retrieval",
    "vision on line cameras",
    "rules and a classifier",
)
_OWNERS = ("Nadia Holm", "Erik Vass", "Chiara Conti", "Tom Oyelaran", "Mei Lin", "Jorge Prat", "Anke Vogt", "", "")
_LABELS = ("quick win", "personal data", "multi-site", "hosted model", "customer-facing", "supplier data")
_FIRST_DAY = date(2019, 1, 7)


def write_register(path: Path, *, rows: int, seed: int = 1) -> None:
    """Write `rows` rows as UTF-8 CSV; about one in fifty has a date that no reader can read, as real registers have."""
    rng = Random(f"{seed}:register")  # noqa: S311 - texts, not a secret
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_row(rng, number) for number in range(1, rows + 1))


def _row(rng: Random, number: int) -> tuple[str, ...]:
    pick = rng.choice
    task, about, end = pick(_TASKS), pick(_OBJECTS), pick(_ENDS)
    division = pick(list(_DIVISIONS))
    purpose = (
        f"{task} {about} {end} takes {rng.randint(2, 60)} hours a week today. The initiative wants to bring that down by "
        f"{rng.randint(10, 70)} % and to find errors earlier, so that people see only the cases that need a decision."
    )
    started = (_FIRST_DAY + timedelta(days=rng.randint(0, 2500))).isoformat() if rng.random() > 0.02 else "early next year"
    title = f"{task} {about} {end} ({number})"
    value = str(rng.randint(1, 900) * 1000) if rng.random() > 0.3 else ""
    return (
        f"REG-{number:07}", title, division, pick(_DIVISIONS[division]), purpose, about, f"It uses {pick(_APPROACHES)}.",
        pick(("Idea", "Building", "Trial", "Live")), pick(("running", "running", "paused")), started, pick(_OWNERS), value,
        pick(("cloud", "own data centre", "both", "")), pick(("Yes", "No", "")),
        "; ".join(rng.sample(_LABELS, rng.randint(0, 2))),
    )  # fmt: skip
