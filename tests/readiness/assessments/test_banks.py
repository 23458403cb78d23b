"""Question banks: drafts are edited, published versions never change, YAML goes in and out by page, command and API."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portfolio.activity.models import AuditEntry
from readiness.assessments.choices import BankState, Dimension, Phase
from readiness.assessments.models import Question, QuestionBank
from readiness.assessments.queries.banks import pack_of
from readiness.assessments.rules.packs import PackQuestion, read_pack, write_pack
from readiness.assessments.services import banks as verbs
from readiness.assessments.services.assessments import close_assessment, start_assessment
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make, text_of
from tests.readiness.assessments.asking import LOAD, reply_of, started

pytestmark = pytest.mark.django_db
PACK = Path("readiness/assessments/packs/infrastructure-readiness.yaml")
SMALL = 'key: ours\nname: Ours\nquestions:\n  - {key: a, dimension: data, text: "Is it?", phases: [pilot], weight: 3}\n'
EXTRA = PackQuestion("extra-one", Dimension.DATA, "Is there one more?", (Phase.PILOT, Phase.PRODUCTION), weight=3)


def shipped() -> QuestionBank:
    return QuestionBank.objects.get(key="infrastructure-readiness", version=1)


def test_every_installation_starts_with_the_shipped_bank_published_as_the_default() -> None:
    bank = shipped()
    assert (bank.state, bank.is_default) == (BankState.PUBLISHED, True)
    assert pack_of(bank) == read_pack(PACK.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessments_question SET weight = 9",
        "DELETE FROM assessments_question",
        ("INSERT INTO assessments_question (bank_id, key, position, dimension, text, phases)"
        " SELECT bank_id, 'x', 99, 'data', 'x', '[]' FROM assessments_question LIMIT 1"),
        "UPDATE assessments_questionbank SET state = 'draft'",
        "UPDATE assessments_questionbank SET key = 'other'",
    ],
)  # fmt: skip
def test_not_even_sql_changes_a_published_version(statement: str) -> None:
    before = list(Question.objects.values())
    with pytest.raises(DatabaseError, match=r"never changes?|never a draft"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Question.objects.values()) == before


def test_the_verbs_refuse_it_with_words(organisation: Organisation) -> None:
    ada = organisation.actor("Ada")
    with pytest.raises(ValidationError, match="published and never changes"):
        verbs.save_question(by=ada, bank=shipped(), question=EXTRA)
    with pytest.raises(ValidationError, match="published and never changes"):
        verbs.remove_question(by=ada, bank=shipped(), key=LOAD)
    with pytest.raises(ValidationError, match="says exactly this"):
        verbs.import_bank(by=ada, text=PACK.read_text())


def test_a_new_version_is_a_draft_until_it_is_published_and_then_the_default(organisation: Organisation) -> None:
    ada = organisation.actor("Ada")
    draft = verbs.new_version(by=ada, bank=shipped())
    assert (draft.version, draft.state) == (2, BankState.DRAFT) and verbs.new_version(by=ada, bank=shipped()) == draft
    verbs.save_question(by=ada, bank=draft, question=EXTRA)
    verbs.remove_question(by=ada, bank=draft, key="team-skills")
    assert shipped().questions.count() == draft.questions.count() == 63
    verbs.publish_bank(by=ada, bank=draft)
    first, second = QuestionBank.objects.filter(key=draft.key).order_by("version")
    assert (first.state, first.is_default, second.state, second.is_default) == ("retired", False, "published", True)


def test_answers_carry_over_to_the_next_version_by_the_keys_of_questions(organisation: Organisation) -> None:
    ada, row = organisation.actor("Ada"), make(organisation)
    run = started(row, compute_load_stated="yes", team_skills="no")
    draft = verbs.new_version(by=ada, bank=shipped())
    load = next(one for one in pack_of(draft).questions if one.key == LOAD)
    other = PackQuestion(load.key, load.dimension, "Is the load written down, with its range?", load.phases, weight=2)
    verbs.save_question(by=ada, bank=draft, question=other, replacing=LOAD)
    verbs.remove_question(by=ada, bank=draft, key="team-skills")
    verbs.publish_bank(by=ada, bank=draft)
    assert reply_of(run, LOAD).question.text == load.text  # type: ignore[union-attr]
    close_assessment(by=SYSTEM, assessment=run)
    following = start_assessment(by=SYSTEM, initiative=row)
    assert following.bank == draft
    kept = [(one.question.key, one.reply, one.carried_from) for one in following.answers.select_related("question")]
    assert kept == [(LOAD, "yes", 1)]


def test_an_import_rewrites_the_draft_of_its_key_and_leaves_other_banks_alone(organisation: Organisation) -> None:
    ada = organisation.actor("Ada")
    first = verbs.import_bank(by=ada, text=SMALL)
    again = verbs.import_bank(by=ada, text=SMALL.replace("Is it?", "Is it so?"))
    assert first == again and [one.text for one in again.questions.all()] == ["Is it so?"]
    verbs.publish_bank(by=ada, bank=again)
    assert shipped().is_default and shipped().state == BankState.PUBLISHED
    with pytest.raises(ValidationError, match="It is the default"):
        verbs.retire_bank(by=ada, bank=shipped())
    verbs.make_default_bank(by=ada, bank=QuestionBank.objects.get(pk=again.pk))
    verbs.retire_bank(by=ada, bank=shipped())
    assert shipped().state == BankState.RETIRED


def test_only_administrators_of_the_whole_organisation_write_banks(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("Paula", "Iris", "Gita"):
        with pytest.raises(PermissionDenied):
            verbs.import_bank(by=organisation.actor(name), text=SMALL)
        client = signed_in(name)
        assert client.post("/assessments/banks/import/", {"text": SMALL}).status_code == 403
        assert client.post(f"/assessments/banks/{shipped().pk}/retire/").status_code == 403
        assert client.get(f"/assessments/banks/{shipped().pk}/").status_code == 200
    verbs.import_bank(by=organisation.actor("Ada"), text=SMALL)
    draft = QuestionBank.objects.get(key="ours")
    assert signed_in("Iris").get(f"/assessments/banks/{draft.pk}/").status_code == 404


def test_the_page_takes_a_file_and_names_every_problem_in_it(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    bad = SMALL.replace("data", "dota").replace("weight: 3", "weight: heavy")
    answer = client.post("/assessments/banks/import/", {"file": SimpleUploadedFile("bank.yaml", bad.encode())})
    text = text_of(answer)
    assert answer.status_code == 422 and "2 things to correct" in text
    assert "question 1 (a), dimension" in text and "Did you mean &quot;data&quot;?" in text and "question 1 (a), weight" in text
    assert not QuestionBank.objects.filter(key="ours").exists()
    taken = client.post("/assessments/banks/import/", {"file": SimpleUploadedFile("bank.yaml", SMALL.encode())})
    draft = QuestionBank.objects.get(key="ours")
    assert taken["Location"] == f"/assessments/banks/{draft.pk}/"
    assert text_of(client.get(f"/assessments/banks/{draft.pk}/yaml/")) == write_pack(pack_of(draft))


def test_a_draft_is_edited_published_and_thrown_away_on_its_pages(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    client.post(f"/assessments/banks/{shipped().pk}/version/")
    draft = QuestionBank.objects.get(version=2)
    fields = {"key": "new-one", "text": "Is it new?", "dimension": "data", "phases": ["pilot"], "weight": "2"}
    assert client.post(f"/assessments/banks/{draft.pk}/questions/new/", fields).status_code == 302
    assert client.post(f"/assessments/banks/{draft.pk}/questions/new/", fields).status_code == 422
    assert client.post(f"/assessments/banks/{draft.pk}/questions/{LOAD}/", {"remove": "1"}).status_code == 302
    text = text_of(client.get(f"/assessments/banks/{draft.pk}/"))
    assert "What this version changes" in text and "taken out" in text and "Is it new?" in text
    assert client.get(f"/assessments/banks/{draft.pk}/publish/").status_code == 200
    client.post(f"/assessments/banks/{draft.pk}/discard/")
    assert not QuestionBank.objects.filter(version=2).exists()
    assert AuditEntry.objects.filter(object_type="assessments_questionbank", action="delete").exists()


def test_the_command_exports_checks_and_imports(tmp_path: Path) -> None:
    out, file = io.StringIO(), tmp_path / "bank.yaml"
    call_command("question_bank", "export", "--output", str(file))
    call_command("question_bank", "check", str(file), stdout=out)
    assert "63 questions, nothing to correct" in out.getvalue()
    file.write_text(file.read_text().replace("weight: 3", "weight: 2", 1))
    call_command("question_bank", "import", str(file), "--publish", stdout=out)
    assert "Infrastructure readiness v2 is published." in out.getvalue()
    assert QuestionBank.objects.get(is_default=True).version == 2
    file.write_text("key: x\nname: X\nquestions: []\n")
    with pytest.raises(CommandError, match="questions: is a list with at least one question"):
        call_command("question_bank", "check", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("question_bank", "import", str(tmp_path / "none.yaml"))
