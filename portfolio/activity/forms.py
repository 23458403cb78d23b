"""The comment form (text, people to mention, files), and how one wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people_who_see
from portfolio.activity.choices import HOW_LABELS, KIND_LABELS
from portfolio.activity.services.comments import MAX_FILES, MAX_TEXT


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(item, initial) for item in given]


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"),
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Markdown: **bold**, lists, `code`, [links](https://example.org)."),
    )
    mentions = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Mention"), required=False, widget=forms.CheckboxSelectMultiple
    )
    attachments = FilesField(label=_("Files"), required=False, widget=FilesInput)

    def __init__(self, *args: Any, unit: BusinessUnit, demo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mentions: forms.ModelMultipleChoiceField[User] = self.fields["mentions"]  # type: ignore[assignment]
        mentions.queryset = people_who_see(unit, demo=demo)

    @property
    def file_rules(self) -> str:
        return _("At most %(number)d files of %(size)d MB; they are kept as downloads.") % {
            "number": MAX_FILES,
            "size": settings.ATTACHMENT_MAX_BYTES // 2**20,
        }


class PreferencesForm(forms.Form):
    """One choice for each kind of notice; names are the kinds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(how.value, words) for how, words in HOW_LABELS.items()]
        for kind, label in KIND_LABELS.items():
            self.fields[kind.value] = forms.ChoiceField(label=label, choices=ways)
