"""The filtered table as a file: CSV and JSON stream, XLSX is written to disk first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries import lists
from portfolio.initiatives.queries.initiatives import list_rows, ordered
from portfolio.initiatives.tables.export import Field, csv_export, export_fields, json_export, xlsx_export
from portfolio.initiatives.tables.rows import chosen_columns
from portfolio.initiatives.views.access import PageRequest
from portfolio.kit import clock

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 1000


@require_safe
def export(request: PageRequest, fmt: str) -> HttpResponseBase:
    """What the table shows under the same address: its filters, its order, its columns, amounts masked the same way."""
    if fmt not in TYPES:
        raise Http404
    actor, query = request.actor, request.GET
    found = InitiativeFilter(query, queryset=Initiative.objects.visible_to(actor))
    rows = ordered(list_rows(actor, found.qs, extra=("status_note",)), query.get("sort", ""))
    fields = export_fields(chosen_columns(query, actor), lists.unit_rows(actor))
    name = f"initiatives{'-demo' if actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response = _file(fmt, fields, rows.iterator(chunk_size=CHUNK))
    response.headers["Content-Type"] = TYPES[fmt]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(fmt: str, fields: list[Field], rows: Iterable[dict[str, Any]]) -> HttpResponseBase:
    if fmt == "csv":
        return StreamingHttpResponse(csv_export(fields, rows))
    if fmt == "json":
        return StreamingHttpResponse(json_export(fields, rows))
    return FileResponse(_workbook(fields, rows))


def _workbook(fields: list[Field], rows: Iterable[dict[str, Any]]) -> IO[bytes]:
    """An open file that is gone from the disk already, so that nothing stays behind."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        xlsx_export(fields, rows, path)
        return path.open("rb")
