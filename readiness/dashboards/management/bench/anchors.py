"""What the pages are compared with: the same rows by hand-written SQL and psycopg 3 alone, prepared, on one connection."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

_COLUMNS = """
SELECT i.id, i.key, i.name, i.unit_id, i.stage_since, i.status, i.rag, i.owner_id, i.sponsor_id, i.topic, i.impact_level,
       i.venue_storage, i.venue_training, i.venue_inference, i.containerised, i.procurement_route, i.created_at,
       i.updated_at, i.version, i.expected_value AS value, i.expected_value_currency AS currency,
       i.missing_since_id IS NOT NULL AS missing, u.name AS unit_name, s.key AS stage_key, s.name AS stage_name,
       s.position AS stage_position, s.kind AS stage_kind, l.key AS lifecycle_key,
       coalesce(o.name, i.owner_name) AS owner_label, coalesce(p.name, i.sponsor_name) AS sponsor_label,
       g.name AS programme_name, r.name AS register_name, c.kind AS closure
FROM initiatives_initiative i
JOIN accounts_businessunit u ON u.id = i.unit_id
JOIN initiatives_lifecycle l ON l.id = i.lifecycle_id
LEFT JOIN initiatives_stage s ON s.id = i.stage_id
LEFT JOIN accounts_user o ON o.id = i.owner_id
LEFT JOIN accounts_user p ON p.id = i.sponsor_id
LEFT JOIN initiatives_programme g ON g.id = i.programme_id
LEFT JOIN initiatives_register r ON r.id = i.register_id
LEFT JOIN initiatives_closure c ON c.initiative_id = i.id AND c.reopened_at IS NULL
WHERE i.demo ORDER BY i.id DESC LIMIT {count:d}
"""
_COUNT = "SELECT count(*) FROM initiatives_initiative WHERE demo"
_TAGS = """
SELECT b.initiative_id, t.name FROM initiatives_initiative_tags b JOIN initiatives_tag t ON t.id = b.tag_id
WHERE b.initiative_id = ANY(%s) ORDER BY t.name
"""


class Raw:
    """The statements of one role's connection. `count` says how many rows a page has."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.prepare_threshold = 0

    def three_statements(self, count: int) -> int:
        """Count, one join, tags: all rows fetched as tuples. Answers how many initiatives there are."""
        run = self._connection.execute
        (total,) = run(_COUNT).fetchone() or (0,)
        rows = run(self._rows(count)).fetchall()
        run(_TAGS, [[row[0] for row in rows]]).fetchall()
        return int(total)

    def json(self, count: int) -> bytes:
        """The rows of the API as dicts, with their tags, by orjson."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(self._rows(count)).fetchall()
        tags: dict[int, list[str]] = defaultdict(list)
        for pk, name in self._connection.execute(_TAGS, [[row["id"] for row in rows]]):
            tags[pk].append(name)
        for row in rows:
            row["tag_names"] = tags.get(row["id"], [])
        return orjson.dumps({"next": None, "previous": None, "results": rows}, default=str)

    @staticmethod
    def _rows(count: int) -> bytes:
        """The limit stands in the text: a plan for any limit would be a plan for many rows, twenty times as slow."""
        return _COLUMNS.format(count=count).encode()

    def close(self) -> None:
        self._connection.close()


class Replay:
    """Statements as Django sent them, bound by the client as Django binds them, every row fetched."""

    def __init__(self, url: str, statements: list[tuple[str, Any]]) -> None:
        self._connection = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)
        self._statements = statements

    def all(self) -> int:
        """Run them one after the other; how many rows they gave."""
        rows = 0
        with self._connection.cursor() as cursor:
            for statement, params in self._statements:
                cursor.execute(statement, params)
                rows += len(cursor.fetchall()) if cursor.description else 0
        return rows

    def close(self) -> None:
        self._connection.close()
