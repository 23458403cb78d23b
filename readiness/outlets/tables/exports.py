"""Exports as rows: what each makes and when, and what became of its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from readiness.outlets.choices import EVERY_LABELS, FORMAT_LABELS, WHAT_LABELS, Every, FileState, Format, What
from readiness.outlets.models import Export, ExportFile
from readiness.outlets.queries.exports import Listed


def export_rows(found: Iterable[Listed]) -> list[dict[str, Any]]:
    return [_row(one.export, [_file(one.export, file, opens) for file, opens in one.files]) for one in found]


def _row(export: Export, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "pk": export.pk, "name": export.name, "what": _(WHAT_LABELS[What(export.what)]), "about": export.about,
        "format": FORMAT_LABELS[Format(export.format)], "every": _(EVERY_LABELS[Every(export.every)]), "mail": export.mail,
        "keep_days": export.keep_days, "paused_at": export.paused_at, "next_on": export.next_on, "files": files,
    }  # fmt: skip


def _file(export: Export, file: ExportFile, opens: bool) -> dict[str, Any]:
    ready = file.state == FileState.READY
    return {
        "due_on": file.due_on, "state": file.state, "rows": file.rows, "size_bytes": file.size_bytes, "sha256": file.sha256,
        "kept_until": file.kept_until, "error": file.error, "closed": ready and not opens,
        "url": reverse("outlets:export_file", args=[export.pk, file.pk]) if opens else "",
    }  # fmt: skip
