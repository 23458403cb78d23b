"""Registers made up for measuring and for killing: deterministic, 15 columns, every kind of field, some rows bad."""

from __future__ import annotations

import csv
from pathlib import Path

HEADERS = (
    "ID", "Name", "Department", "Bureau", "Purpose", "Stage", "Initiated", "Implemented", "Retired", "Owner", "E-mail",
    "Tags", "Value", "Contract", "Central intake",
)  # fmt: skip
STAGES = ("Initiated", "Operation", "Retired", "")

MAPPING = """
unit: Measured group
lifecycle:
  key: measured
  name: Measured
  stages:
    - {key: initiated, name: Initiated, kind: before_production}
    - {key: operation, name: Operation, kind: production}
mapping:
  register: measured
  key: external_id
  fields:
    external_id: ID
    name: Name
    unit: {columns: [Department, Bureau]}
    purpose: Purpose
    stage: {column: Stage, values: {Initiated: initiated, Operation: operation, Retired: unknown}}
    initiated_on: {column: Initiated, dates: {order: mdy}}
    implemented_on: {column: Implemented, dates: {order: mdy}}
    retired_on: {column: Retired, dates: {order: mdy}}
    owner_name: Owner
    owner_email: {column: E-mail, accept: email}
    tags: Tags
    expected_value: {column: Value, unit: USD}
    contract_numbers: {column: Contract, accept: contract_number}
    answers.infra_provisioned: Central intake
  closure: {column: Stage, values: [Retired], kind: abandoned_unknown}
"""


def write_register(path: Path, rows: int, *, edition: int = 1) -> Path:
    """A register of `rows` rows; a later `edition` changes every tenth row and leaves out every hundredth."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADERS)
        for number in range(rows):
            if edition > 1 and number % 100 == 7:
                continue
            out.writerow(_row(number, edition if number % 10 == 3 else 1))
    return path


def _row(number: int, edition: int) -> list[str]:
    stage = STAGES[(number + edition - 1) % 4]
    month, day = number % 12 + 1, number % 28 + 1
    name = "" if number % 5_000 == 4_999 else f"Initiative number {number}, edition {edition}"
    return [
        f"X-{number:06d}",
        name,
        f"Department {number % 20}",
        f"Bureau {number % 300}",
        f"The purpose of initiative {number} is to help the {number % 977} people of office {number % 53}\nwork faster.",
        stage,
        f"{month}/{day}/{2015 + number % 8}",
        f"{month}/{day}/2023" if stage == "Operation" else "",
        f"{month}/{day}/2024" if stage == "Retired" else "",
        f"Person {number % 500}",
        f"person{number % 500}@example.org",
        f"['topic {number % 50}', 'group {number % 9}']",
        str(number * 10),
        f"70RSAT23T{number:08d}",
        ("Yes", "No", "Other", "")[number % 4],
    ]
