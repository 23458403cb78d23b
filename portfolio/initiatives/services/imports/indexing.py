"""The words beside an initiative's own by which search finds it: tags, programme, units, people, ids, comments.

`search_extra` is bookkeeping: the audit trail does not record it, and only rows whose words differ are written.
"""
# ruff: noqa: S608 (the statement is put together from constants, values are parameters)

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# The same words in the same order as creating.py writes them.
SEARCH_EXTRA = """concat_ws(' ',
    (SELECT string_agg(t.name, ' ' ORDER BY t.name) FROM initiatives_initiative_tags it
     JOIN initiatives_tag t ON t.id = it.tag_id WHERE it.initiative_id = i.id),
    p.name,
    u.trail,
    nullif(o.name, ''), nullif(i.owner_name, ''), nullif(s.name, ''), nullif(i.sponsor_name, ''),
    (SELECT string_agg(DISTINCT e.value, ' ' ORDER BY e.value) FROM initiatives_externalid e WHERE e.initiative_id = i.id),
    (SELECT string_agg(value, ' ') FROM jsonb_array_elements_text(i.contract_numbers) AS each(value)),
    (SELECT string_agg(c.text, ' ' ORDER BY c.id) FROM activity_comment c
     WHERE c.initiative_id = i.id AND c.removed_at IS NULL))"""

_TRAILS = """
WITH RECURSIVE u AS (
    SELECT id, name::text AS trail FROM accounts_businessunit WHERE parent_id IS NULL
    UNION ALL
    SELECT b.id, u.trail || ' / ' || b.name FROM accounts_businessunit b JOIN u ON u.id = b.parent_id)
"""

_INDEX = f"""
{_TRAILS}
UPDATE initiatives_initiative t SET search_extra = x.words
FROM (
    SELECT i.id, left({SEARCH_EXTRA}, 200000) AS words
    FROM initiatives_initiative i
    JOIN u ON u.id = i.unit_id
    LEFT JOIN initiatives_programme p ON p.id = i.programme_id
    LEFT JOIN accounts_user o ON o.id = i.owner_id
    LEFT JOIN accounts_user s ON s.id = i.sponsor_id
    WHERE {{which}}
) x
WHERE x.id = t.id AND t.search_extra IS DISTINCT FROM x.words
"""


def index_initiatives(ids: Sequence[int]) -> int:
    """Refresh the words of these initiatives; the answer is how many differed."""
    return _index("i.id = ANY(%s)", list(ids))


def index_register(register_id: int) -> int:
    """Refresh the words of a whole register."""
    return _index("i.register_id = %s", register_id)


def _index(which: str, value: int | list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_INDEX.format(which=which), [value])
        return int(cursor.rowcount)
