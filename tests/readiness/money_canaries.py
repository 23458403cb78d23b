"""Where canaries lie in the database, how they are found in an answer, and how other amounts take their places."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, connections, models
from django.http import HttpResponseBase

from tests.readiness.money_rows import LEADS

_BETWEEN = "[,.'_ \u00a0\u2009\u202f]?"
_PLANTED = re.compile(rf"\b({'|'.join(LEADS.values())})(\d{{3}})(\.26)?0*\b|(0\.)17314\b")
# Lengths, nonces, form tokens and the random ids by which parts of a page find one another.
_DIFFERS = re.compile(
    r"""'Content-Length': '\d+'|nonce="[^"]*"|nonce-[\w+/=-]*|(?<=-)[0-9a-f]{8}(?=["-])|[A-Za-z0-9]{64}"""
    r"""|'ETag': '"[0-9a-f]+"'|T[0-9:]{8}\.\d{1,6}Z"""  # the moment at which something was done
)
_MOST = 16_000_000  # other amounts go the other way: what was the largest is the smallest


def spellings(unit: str) -> re.Pattern[str]:
    """An amount of the unit in whole, however it is grouped, or as short as pages write it."""
    lead = LEADS[unit]
    short = f"{Decimal(lead) / 1000:.1f}".replace(".", "[.,]")
    whole = rf"{lead[0]}{_BETWEEN}{lead[1:]}{_BETWEEN}\d{{3}}(?![0-9A-Za-z])"
    discount = r"|(?<![0-9A-Za-z.])0?[.,]17314(?!\d)|(?<![\d.])17[.,]3(14)?[ \u202f]?%" if unit == "Vendors" else ""
    return re.compile(rf"(?<![0-9A-Za-z.]){whole}|(?<![0-9A-Za-z.,]){short}\d?[ \u00a0\u202f]?M\b{discount}")


SPELLINGS = {unit: spellings(unit) for unit in LEADS}


def told(text: str, units: Iterable[str]) -> list[str]:
    """Canaries of these units that the text tells, each with the words around it."""
    found = []
    for unit in units:
        for hit in SPELLINGS[unit].finditer(text):
            found.append(f"{unit}: …{text[max(0, hit.start() - 60) : hit.end() + 20]}…")
            break
    return found


def text_of(answer: HttpResponseBase) -> str:
    """Body and headers; of spreadsheets and PDF what is written in them."""
    made: Any = answer
    body = b"".join(made.streaming_content) if made.streaming else made.content
    return f"{content_of(body)}{answer.headers}"


def content_of(body: bytes) -> str:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    if body.startswith(b"%PDF") and shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=body, capture_output=True, check=True, timeout=60)
        return done.stdout.decode()
    return body.decode(errors="replace")


def steady(text: str, answer: HttpResponseBase) -> str:
    """Without what differs each time."""
    return _DIFFERS.sub("", text.replace(answer.headers.get("X-Request-ID", "\0"), ""))


@dataclass(frozen=True)
class Spot:
    """A value with canaries in it."""

    table: str
    column: str
    place: str  # ctid
    text: str
    kind: str


def ungrouped(text: str) -> str:
    return re.sub("(?<=[0-9])[,\u00a0\u202f](?=[0-9]{3})", "", text)


def canaries_of(text: str) -> list[str]:
    return [hit[0].split(".26")[0] for hit in _PLANTED.finditer(text)]


def spots() -> list[Spot]:
    """Every column of ours that holds canaries, of any kind, row by row."""
    found = []
    with connections["owner"].cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model.__module__.startswith(("portfolio.", "readiness.")):
                for field in model._meta.concrete_fields:
                    found += _in_column(cursor, model._meta.db_table, field)
    return found


def _in_column(cursor: Any, table: str, field: models.Field[Any, Any]) -> list[Spot]:
    kinds = (models.DecimalField, models.FloatField, models.JSONField, models.CharField, models.TextField)
    if not isinstance(field, kinds) or isinstance(field, models.FileField) or field.choices:
        return []
    pattern = rf"\m({'|'.join(LEADS.values())})\d{{3}}(\.26)?0*\M|0\.17314\M"
    cursor.execute(f'SELECT ctid::text, "{field.column}"::text FROM {table} WHERE "{field.column}"::text ~ %s', [pattern])
    kind = str(field.db_type(connection)).split("(")[0]
    return [Spot(table, str(field.column), place, text, kind) for place, text in cursor.fetchall()]


def let_anything_be_changed() -> None:
    """Only in this database: rows change without leaving a trace of it, those that may never change too."""
    with connections["owner"].cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model.__module__.startswith(("portfolio.", "readiness.")) and model._meta.managed:
                cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER')
                cursor.execute(f'GRANT UPDATE ON "{model._meta.db_table}" TO PUBLIC')


def other_amounts(places: Iterable[Spot], units: Iterable[str]) -> None:
    """Put other amounts where those of `units` were, in the order that is the other way round."""
    leads = {LEADS[unit] for unit in units}
    with connection.cursor() as cursor:
        for spot in places:
            changed = _PLANTED.sub(lambda hit: _other(hit, leads), spot.text)
            if changed != spot.text:
                cursor.execute(
                    f'UPDATE "{spot.table}" SET "{spot.column}" = %s::text::{spot.kind} WHERE ctid = %s::tid',
                    [changed, spot.place],
                )


def _other(hit: re.Match[str], leads: set[str]) -> str:
    if hit[4]:
        return f"{hit[4]}26853" if LEADS["Vendors"] in leads else hit[0]
    if hit[1] not in leads:
        return hit[0]
    return f"{_MOST - int(hit[1] + hit[2])}{hit[3] or ''}"


def difference(one: str, other: str) -> str:
    """Where two answers part, with what stands around it."""
    place = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, place - 80) : place + 40]!r} … {other[max(0, place - 20) : place + 40]!r}"
