"""Many rows in one statement, for tests of a thousand: the database copies them, triggers and all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model, QuerySet
from psycopg import sql


def spread(rows: QuerySet[Model], **others: Sequence[int]) -> None:
    """Copy each of the rows once for every place of `others`, which are columns with the values that the copies have.

    spread(answers_of_one, assessment_id=[2, 3], initiative_id=[7, 8]) gives the assessments 2 and 3 those answers too.
    """
    table = rows.model._meta.db_table
    columns = [field.column for field in rows.model._meta.concrete_fields if not field.primary_key]
    told = sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, unnest({arrays}) o({names}) {where}").format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.Identifier("o" if name in others else "t", name) for name in columns),
        arrays=sql.SQL(", ").join(sql.SQL("%s::bigint[]") for _ in others),
        names=sql.SQL(", ").join(map(sql.Identifier, others)),
        where=sql.SQL("WHERE t.id = ANY(%s)"),
    )
    with connection.cursor() as cursor:
        cursor.execute(told, [*map(list, others.values()), list(rows.values_list("pk", flat=True))])
