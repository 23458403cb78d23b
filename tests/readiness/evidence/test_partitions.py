"""History lies in a partition a month, which the application reaches through its parent alone and cannot take away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from readiness.evidence.models import Observation
from tests.people import Organisation
from tests.readiness.evidence.storing import Place, place, reading, telemetry

pytestmark = pytest.mark.django_db
PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'evidence_observation'::regclass ORDER BY 1
"""


@pytest.fixture
def where(organisation: Organisation) -> Place:
    return place(organisation.units["Stores"])


def run(statement: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall()) if cursor.description else []


def refused(statement: str) -> str:
    """What PostgreSQL says to the application's role."""
    with pytest.raises(ProgrammingError) as raised, transaction.atomic():
        run(statement)
    return str(raised.value)


def test_each_month_has_its_partition_and_the_edges_fall_where_they_belong(where: Place) -> None:
    edge = datetime(2026, 11, 1, tzinfo=UTC)
    where.bring(
        telemetry("t", reading(at=edge), reading(at=edge - timedelta(microseconds=1)), reading(at=edge + timedelta(days=29)))
    )
    found = run("SELECT tableoid::regclass::text, count(*) FROM evidence_observation GROUP BY 1 ORDER BY 1")
    assert found == [("evidence_observation_202610", 1), ("evidence_observation_202611", 2)]


def test_only_the_months_that_are_needed_are_made(where: Place) -> None:
    before = run(PARTITIONS)
    where.bring(telemetry("t", reading(at=datetime(2001, 5, 5, tzinfo=UTC)), reading(at=datetime(2019, 7, 5, tzinfo=UTC))))
    assert sorted(set(run(PARTITIONS)) - set(before)) == [
        ("evidence_observation_200105",), ("evidence_observation_201907",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_observation SET value = 0",
        "DELETE FROM evidence_observation",
        "TRUNCATE evidence_observation",
        "ALTER TABLE evidence_observation DETACH PARTITION evidence_observation_202611",
        "DROP TABLE evidence_observation_202611",
        "SELECT * FROM evidence_observation_202611",
        "INSERT INTO evidence_observation_202611 SELECT * FROM evidence_observation",
        "UPDATE evidence_observation_202611 SET value = 0",
        "DELETE FROM evidence_observation_202611",
        "TRUNCATE evidence_observation_202611",
        "CREATE TABLE evidence_observation_203001 (LIKE evidence_observation)",
        "UPDATE evidence_run SET flawed = false",
        "DELETE FROM evidence_series",
    ],
)
def test_the_application_can_neither_change_history_nor_take_it_away(where: Place, statement: str) -> None:
    where.bring(telemetry())
    assert "permission denied" in refused(statement) or "must be owner" in refused(statement)
    assert Observation.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "last"),
    [("1999-12-31", "2000-02-01"), ("2026-11-01", "2026-10-01"), ("2026-11-01", "2050-01-01"), ("-infinity", "2026-01-01")],
)
def test_partitions_are_made_for_times_that_can_be_and_no_others(first: str, last: str) -> None:
    with pytest.raises(DatabaseError, match="no partitions"), transaction.atomic():
        run("SELECT pilotage_evidence_partitions(%s, %s)", first, last)


def test_making_a_month_twice_makes_it_once() -> None:
    assert run("SELECT pilotage_evidence_partitions('2011-03-05', '2011-05-01')") == [(3,)]
    assert run("SELECT pilotage_evidence_partitions('2011-03-05', '2011-05-01')") == [(0,)]


def test_only_the_application_and_the_owner_may_call_what_makes_them() -> None:
    grants = run(
        "SELECT grantee::regrole::text FROM pg_proc, aclexplode(proacl) WHERE proname = 'pilotage_evidence_partitions' ORDER BY 1"
    )
    assert run("SELECT current_user")[0] in grants and len(grants) == 2
