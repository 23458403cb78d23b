"""A confirmed link is another key of the same initiative: the row of the file is compared with what the register holds of it.

Publishing gives the register's row the key that the newer file uses, so the next import of that file finds it by itself.
"""
# ruff: noqa: S608 (the statements are put together from constants, values are parameters)

from __future__ import annotations

from django.db import connection

from portfolio.initiatives.choices import LinkVerdict
from portfolio.initiatives.models import LinkDecision

# A link holds while neither key has a match of its own: the register has no row of the new key, the file none of the old.
_CONFIRMED = """
SELECT DISTINCT ON (d.id) k.id, d.key AS new_key, k.key AS old_key
FROM initiatives_linkdecision d
JOIN initiatives_registerrow k ON k.register_id = %(register)s AND k.initiative_id = d.initiative_id
WHERE d.run_id = %(run)s AND d.verdict = 'confirmed'
  AND EXISTS (SELECT 1 FROM initiatives_importrow r WHERE r.run_id = d.run_id AND r.key = d.key)
  AND NOT EXISTS (SELECT 1 FROM initiatives_registerrow o WHERE o.register_id = %(register)s AND o.key = d.key)
  AND NOT EXISTS (SELECT 1 FROM initiatives_importrow r WHERE r.run_id = d.run_id AND r.key = k.key)
ORDER BY d.id, k.id
"""
_NONE = "SELECT NULL::bigint AS id, NULL::text AS new_key, NULL::text AS old_key WHERE false"
_REKEY = f"UPDATE initiatives_registerrow k SET key = l.new_key FROM ({_CONFIRMED}) l WHERE k.id = l.id"


def links_of(run_id: int) -> str:
    """SQL rows (id of the register's row, new_key, old_key) of the run's confirmed links; wants `register` and `run`."""
    confirmed = LinkDecision.objects.filter(run=run_id, verdict=LinkVerdict.CONFIRMED)
    return _CONFIRMED if confirmed.exists() else _NONE


def apply_links(*, run_id: int, register_id: int) -> int:
    """Let the register's rows have the keys of the file; the answer is how many. To be called where the register is locked."""
    with connection.cursor() as cursor:
        cursor.execute(_REKEY, {"run": run_id, "register": register_id})
        return int(cursor.rowcount)
