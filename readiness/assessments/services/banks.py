"""Question banks: a draft is edited, a published version never changes, the next version starts from it."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.assessments.choices import BankState
from readiness.assessments.models import Assessment, Question, QuestionBank
from readiness.assessments.queries.banks import pack_of
from readiness.assessments.rules.packs import BadPack, Pack, PackQuestion, read_pack, write_pack
from readiness.assessments.services.rights import require_configure


def checked_pack(text: str) -> Pack:
    """The bank in a YAML text. Raises ValidationError with a message per problem under `pack`."""
    try:
        return read_pack(text)
    except BadPack as bad:
        raise ValidationError({"pack": [str(problem) for problem in bad.problems]}) from bad


def import_bank(*, by: Actor, text: str) -> QuestionBank:
    """Make the bank in `text` the draft of its key: a new bank, the next version, or the draft that is there, rewritten.

    Raises PermissionDenied, ValidationError (see `checked_pack`; or the newest version says exactly this already).
    """
    require_configure(by)
    return write_draft(by=by, pack=checked_pack(text))


def write_draft(*, by: Actor, pack: Pack) -> QuestionBank:
    """As `import_bank`, from a pack that was read already."""
    require_configure(by)
    with acting(by):
        newest = QuestionBank.objects.select_for_update().filter(key=pack.key).order_by("-version").first()
        if newest is not None and newest.state != BankState.DRAFT and pack_of(newest) == pack:
            raise ValidationError({"pack": _("Version %d says exactly this; there is nothing to take in.") % newest.version})
        draft = newest if newest is not None and newest.state == BankState.DRAFT else None
        if draft is None:
            draft = QuestionBank(key=pack.key, version=newest.version + 1 if newest else 1)
        draft.name, draft.note = pack.name, pack.note
        draft.full_clean()
        draft.save()
        draft.questions.all().delete()
        _write_questions(draft, pack.questions)
    return draft


def new_version(*, by: Actor, bank: QuestionBank) -> QuestionBank:
    """A draft that starts with the questions of `bank`; the draft that is there already, if there is one."""
    require_configure(by)
    with acting(by):
        versions = list(QuestionBank.objects.select_for_update().filter(key=bank.key).order_by("-version"))
        if versions[0].state == BankState.DRAFT:
            return versions[0]
        made = QuestionBank.objects.create(key=bank.key, name=bank.name, note=bank.note, version=versions[0].version + 1)
        _write_questions(made, pack_of(bank).questions)
    return made


def save_question(*, by: Actor, bank: QuestionBank, question: PackQuestion, replacing: str = "") -> Question:
    """Add a question to a draft, or change the one whose key is `replacing`. Its rules are those of a pack.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    with acting(by):
        draft = _draft(by, bank)
        now = draft.questions.filter(key=replacing).first() if replacing else None
        if replacing and now is None:
            raise ValidationError(_("This question is not there any more."))
        others = draft.questions.exclude(pk=now.pk) if now else draft.questions.all()
        if others.filter(key=question.key).exists():
            raise ValidationError({"key": _("Another question has this key; answers are carried over by it.")})
        checked_pack(write_pack(Pack(draft.key, draft.name, (question,))))
        last = draft.questions.aggregate(last=Max("position"))["last"] or 0
        row = _row(draft, now.position if now else last + 1, question)
        row.pk = now.pk if now else None
        row.save()
    return row


def remove_question(*, by: Actor, bank: QuestionBank, key: str) -> None:
    """Take a question out of a draft; earlier versions keep it. Raises PermissionDenied, ValidationError."""
    with acting(by):
        _draft(by, bank).questions.filter(key=key).delete()


def publish_bank(*, by: Actor, bank: QuestionBank, make_default: bool = False) -> QuestionBank:
    """From now on it never changes and new assessments may use it. The version before it is retired and hands on being the
    default. Raises PermissionDenied, ValidationError (no draft, or without questions)."""
    with acting(by):
        draft = _draft(by, bank)
        if not draft.questions.exists():
            raise ValidationError(_("A bank without questions asks nothing; add one first."))
        before = QuestionBank.objects.filter(key=draft.key, state=BankState.PUBLISHED)
        default = make_default or before.filter(is_default=True).exists()
        before.update(state=BankState.RETIRED, is_default=False)
        draft.state, draft.published_at = BankState.PUBLISHED, clock.now()
        draft.save(update_fields=["state", "published_at"])
        if default:
            _make_default(draft)
    return draft


def make_default_bank(*, by: Actor, bank: QuestionBank) -> QuestionBank:
    """New assessments use it unless another one is chosen. Raises PermissionDenied, ValidationError unless published."""
    require_configure(by)
    with acting(by):
        row = QuestionBank.objects.select_for_update().get(pk=bank.pk)
        if row.state != BankState.PUBLISHED:
            raise ValidationError(_("Only a published version can be the default."))
        _make_default(row)
    return row


def retire_bank(*, by: Actor, bank: QuestionBank) -> QuestionBank:
    """No new assessment uses it; those that do are kept and may be finished. Raises PermissionDenied, ValidationError."""
    require_configure(by)
    with acting(by):
        row = QuestionBank.objects.select_for_update().get(pk=bank.pk)
        if row.state != BankState.PUBLISHED:
            raise ValidationError(_("Only a published version can be retired."))
        if row.is_default:
            raise ValidationError(_("It is the default; make another bank the default first."))
        row.state = BankState.RETIRED
        row.save(update_fields=["state"])
    return row


def discard_draft(*, by: Actor, bank: QuestionBank) -> None:
    """Throw a draft away; the audit trail keeps what it was. Raises PermissionDenied, ValidationError unless a draft."""
    with acting(by):
        draft = _draft(by, bank)
        assert not Assessment.objects.filter(bank=draft).exists()  # only published banks are assessed
        draft.questions.all().delete()
        draft.delete()


def _draft(by: Actor, bank: QuestionBank) -> QuestionBank:
    require_configure(by)
    row = QuestionBank.objects.select_for_update().get(pk=bank.pk)
    if row.state != BankState.DRAFT:
        raise ValidationError(_("Version %d is published and never changes; make a new version.") % row.version)
    return row


def _make_default(bank: QuestionBank) -> None:
    QuestionBank.objects.filter(is_default=True).update(is_default=False)
    bank.is_default = True
    bank.save(update_fields=["is_default"])


def _write_questions(bank: QuestionBank, questions: Iterable[PackQuestion]) -> None:
    Question.objects.bulk_create(_row(bank, position, question) for position, question in enumerate(questions, start=1))


def _row(bank: QuestionBank, position: int, question: PackQuestion) -> Question:
    return Question(
        bank=bank, position=position, key=question.key, dimension=question.dimension, text=question.text, why=question.why,
        evidence=question.evidence, phases=list(question.phases), weight=question.weight,
    )  # fmt: skip
