"""Bringing files in: the files, what they are evidence of, and what is declared of the place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.forms.fields import text_area
from readiness.evidence.forms.environment import EnvironmentFields
from readiness.evidence.forms.subject import SubjectFields, Subjects

MOST_FILES = 50


class FilesInput(forms.FileInput):
    """Several files in one input."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Cleans to a list of files. An empty one is let through: whoever keeps it says so by its name."""

    widget = FilesInput

    def __init__(self, **more: Any) -> None:
        super().__init__(allow_empty_file=True, **more)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise forms.ValidationError(_now("Choose a file, or drop one here."), code="required")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_now("At most %d files at once; put more of them into an archive.") % MOST_FILES)
        return list(given)


class UploadForm(SubjectFields, EnvironmentFields):
    """`subjects` are what may be chosen, `accelerators` the names of the catalogue."""

    file = FilesField(label=_("Files"))
    note = text_area(_("Note"), rows=2, max_length=2_000, help_text=_("What was tried, why it is worth keeping."))

    def __init__(self, *args: Any, subjects: Subjects, accelerators: Iterable[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer(subjects, with_unit=True)
        self.offer_accelerators(accelerators)

    def about_what(self) -> dict[str, Any]:
        """What upload and attest take as the subject: exactly one of the three."""
        subject = {name: row for name, row in self.subject.items() if row is not None}
        return subject or {"unit": self.business_unit}
