"""The record outside the database: heads are mailed once, and the commands verify and export what stands there."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction

from portfolio.activity.models import Mail
from portfolio.kit import clock
from readiness.gates.choices import Outcome
from readiness.gates.models import Anchor, Review
from readiness.gates.queries.record import heads_now
from readiness.gates.services.anchors import anchor_printed, send_anchors
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, an_initiative, decided

VERIFIER = Path("readiness/gates/packs/verify_decisions.py")


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


@pytest.fixture
def review(house: Organisation) -> Review:
    row = all_vote(house, a_review(house))
    decided(house, row, Outcome.GO)
    return row


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_decisions", *arguments, stdout=out)
    return out.getvalue()


def test_heads_are_mailed_where_anything_changed_and_never_twice(house: Organisation, review: Review, settings: Any) -> None:
    settings.DECISION_ANCHOR_MAIL = ["audit@example.org", "board@example.org"]
    row = send_anchors(now=clock.now())
    assert row is not None and row.heads[0]["chain"] == f"{review.initiative.key}/poc"
    assert send_anchors(now=clock.now()) is None
    first = Mail.objects.get(to="audit@example.org")
    assert row.heads[0]["hash"] in first.text and row.digest in first.text
    assert [json.loads(line) for line in bytes(first.attachments.get().content).splitlines()] == row.heads
    decided(house, all_vote(house, a_review(house, initiative=an_initiative(house, "Search"))), Outcome.HOLD)
    second = send_anchors(now=clock.now())
    assert second is not None and len(second.heads) == 1 and Mail.objects.count() == 4


def test_without_an_address_nothing_is_anchored(review: Review, settings: Any) -> None:
    settings.DECISION_ANCHOR_MAIL = []
    assert send_anchors(now=clock.now()) is None and not Anchor.objects.exists()


def test_what_is_printed_on_a_pack_is_remembered_and_still_mailed(review: Review, settings: Any) -> None:
    settings.DECISION_ANCHOR_MAIL = ["audit@example.org"]
    anchor_printed(by=SYSTEM, heads=heads_now(), where="Pack of the board, June", now=clock.now())
    assert send_anchors(now=clock.now()) is not None


def test_the_command_finds_the_record_whole_and_the_anchors_kept(review: Review, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_text("".join(json.dumps(one.anchor(clock.now())) + "\n" for one in heads_now()))
    assert told(str(file)).splitlines() == ["1 decisions in 1 chains, 1 anchors", "whole"]


def test_the_command_says_where_an_anchor_knows_more(review: Review, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    (head,) = heads_now()
    file.write_text(json.dumps({"chain": head.chain, "sequence": 2, "hash": "a" * 64}) + "\n")
    with pytest.raises(CommandError, match="WRONG") as wrong:
        told(str(file))
    assert wrong.value.returncode == 1


def test_an_export_is_whole_to_the_verifier_that_stands_alone(house: Organisation, review: Review, tmp_path: Path) -> None:
    decided(house, review, Outcome.HOLD)
    out = io.StringIO()
    call_command("export_decisions", stdout=out)
    file = tmp_path / "decisions.jsonl"
    file.write_text(out.getvalue())
    done = subprocess.run([sys.executable, str(VERIFIER), str(file)], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["2 decisions in 1 chains, 0 anchors", "whole"] and done.returncode == 0


INSERT_ONLY = sorted(
    model._meta.db_table for model in apps.get_app_config("gates").get_models() if getattr(model, "insert_only", False)
)


def test_everything_that_the_record_stands_on_is_insert_only() -> None:
    assert {"gates_decision", "gates_vote", "gates_waiverevent", "gates_condition", "gates_conditionevent", "gates_judgement",
            "gates_reviewevent", "gates_run", "gates_anchor"} <= set(INSERT_ONLY)  # fmt: skip


@pytest.mark.parametrize("table", INSERT_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_can_neither_change_nor_remove_what_was_inserted(db: None, table: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert connections["default"].settings_dict["USER"] != connections["owner"].settings_dict["USER"]
