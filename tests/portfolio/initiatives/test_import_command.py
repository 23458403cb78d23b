"""`manage.py import_register`: profiles, mapping files, dry run, report."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portfolio.accounts.models import BusinessUnit
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import ImportRow, ImportRun, Initiative, Lifecycle, Register
from tests.conftest import ROOT
from tests.people import Organisation
from tests.portfolio.initiatives.importing import FEDERAL, MAPPING, row, write_csv

pytestmark = pytest.mark.django_db


def command(*arguments: Any) -> str:
    out = StringIO()
    call_command("import_register", *[str(each) for each in arguments], stdout=out)
    return out.getvalue()


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING)
    return path


def test_a_profile_brings_register_unit_and_template(sample_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    said = command(sample_data / FEDERAL["us-federal-2024"], "--profile", "us-federal-2024", "--report", out)
    assert "2133 rows = 2133 created, 0 updated, 0 unchanged, 0 rejected" in said
    told = json.loads(out.read_text())
    assert told["rows"] == told["created"] + told["updated"] + told["unchanged"] + told["rejected"] == 2133
    assert {"missing", "notes", "rejected_rows", "unread_cells", "repeats"} <= set(told)
    assert set(told["unread_cells"][0]) == {"line", "field", "column", "value", "reason"}
    register = Register.objects.get()
    assert (register.name, register.unit.name, register.lifecycle.key) == (
        "us-federal-2024",
        "US federal government",
        "us-federal",
    )
    assert AuditEntry.objects.filter(object_type="initiatives_initiative", through="import").count() == 2133
    entry = AuditEntry.objects.filter(object_type="initiatives_initiative").latest("id")
    assert entry.actor == "import_register command"
    assert entry.note == "2024_consolidated_ai_inventory_raw_v2.csv into us-federal-2024"


def test_a_dry_run_tells_everything_and_changes_nothing(tmp_path: Path, mapping: Path) -> None:
    out = tmp_path / "out.json"
    before = AuditEntry.objects.count()
    file = write_csv(tmp_path / "a.csv", [row(1), row(2, Name="")])
    said = command(file, "--mapping", mapping, "--dry-run", "--report", out)
    assert "Dry run: nothing was changed." in said
    told = json.loads(out.read_text())
    assert (told["dry_run"], told["created"], told["rejected"]) == (True, 1, 1)
    assert told["rejected_rows"] == [
        {"line": 3, "field": "name", "column": "Name", "value": "", "reason": "required, and the cell is blank"}
    ]
    for model in (Initiative, Register, ImportRun, ImportRow, BusinessUnit):
        assert not model.objects.exists()
    assert AuditEntry.objects.count() == before


def test_register_and_unit_are_named_on_the_command_line(tmp_path: Path, mapping: Path, organisation: Organisation) -> None:
    file = write_csv(tmp_path / "a.csv", [row(1)])
    command(file, "--mapping", mapping, "--register", "Ours", "--unit", "Group / Retail")
    assert Register.objects.get().unit == organisation.units["Retail"]
    command(file, "--mapping", mapping, "--register", "Theirs", "--unit", "A new one")
    assert BusinessUnit.objects.get(name="A new one").parent is None
    assert Initiative.objects.count() == 2, "two registers until a person links them"


def test_a_template_that_a_file_brings_anew_is_a_new_version(tmp_path: Path) -> None:
    text = """
lifecycle: {{key: ours, name: Ours, stages: [{{key: idea, name: Idea, kind: before_production}}{more}]}}
mapping:
  register: r
  key: external_id
  fields: {{external_id: ID, name: Name, stage: {{column: Stage, values: {{Idea: idea}}}}}}
"""
    path, file = tmp_path / "m.yaml", write_csv(tmp_path / "a.csv", [row(1)])
    for more in ("", "", ", {key: live, name: Live, kind: production}"):
        path.write_text(text.format(more=more))
        command(file, "--mapping", path)
    assert list(Lifecycle.objects.filter(key="ours").order_by("version").values_list("version", flat=True)) == [1, 2]
    assert Initiative.objects.get().lifecycle.version == 1, "a running initiative stays on its version"
    assert Register.objects.get().lifecycle.version == 2


@pytest.mark.parametrize(
    ("content", "mapping_text", "words"),
    [
        ("A,B\n1,2\n", MAPPING, "no column"),
        ("", MAPPING, "is empty"),
        ("ID,Name\n1,x\n", "{register: r, fields: {nme: Name}}", "no such field"),
        ("ID,Name\n1,x\n", "fields: [", "not readable"),
    ],
)
def test_what_cannot_work_is_said_in_plain_words(tmp_path: Path, content: str, mapping_text: str, words: str) -> None:
    file, mapping = tmp_path / "a.csv", tmp_path / "m.yaml"
    file.write_text(content)
    mapping.write_text(mapping_text)
    with pytest.raises(CommandError, match=words):
        command(file, "--mapping", mapping)
    assert not Initiative.objects.exists()
    assert set(ImportRun.objects.values_list("state", flat=True)) <= {"failed"}


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path, mapping: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        command(tmp_path / "none.csv", "--mapping", mapping)


def test_the_mapping_in_the_manual_is_one_that_works(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", (ROOT / "docs" / "imports.md").read_text(), re.DOTALL)
    assert example
    mapping, file = tmp_path / "m.yaml", tmp_path / "a.csv"
    mapping.write_text(example[1])
    file.write_text(
        "ID,Title,Division,Team,Phase,Started,Ended,Labels,Value,Central intake?\n"
        "1,One,Sales,North,Live since May,Q1 FY2024,,\"['a', 'b']\",\"1.200,50\",Yes\n"
        "2,Two,Sales,,Stopped,31/12/2023,2024,a; c,,\n"
    )
    assert "2 rows = 2 created" in command(file, "--mapping", mapping)
    one, two = Initiative.objects.order_by("number")
    assert (one.stage and one.stage.key, str(one.expected_value), one.unit.name) == ("live", "1200.50", "North")
    assert (two.status, two.unit.name, sorted(two.tags.values_list("name", flat=True))) == ("closed", "Sales", ["a", "c"])
