"""README says what is true: the commands, files and pages it names exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PARAMETRISED = [pytest.param(path, id=path.name) for path in DOCUMENTS]


@pytest.mark.parametrize("document", PARAMETRISED)
def test_links_lead_to_files(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


@pytest.mark.parametrize("document", PARAMETRISED)
def test_commands_exist(document: Path) -> None:
    text = document.read_text()
    known = get_commands()
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^\n`]*)", text):
        assert name in known, f"{document.name} names manage.py {name}"
        package = known[name]
        assert isinstance(package, str)
        command = load_command_class(package, name)
        options = set(re.findall(r"(?<=\s)--[a-z][a-z-]+", rest.split("#")[0]))
        parser = command.create_parser("manage.py", name)
        offered = {option for action in parser._actions for option in action.option_strings}
        assert options <= offered, f"{document.name}: manage.py {name} has no {options - offered}"


@pytest.mark.parametrize("document", PARAMETRISED)
def test_make_targets_exist(document: Path) -> None:
    for target in set(re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(), re.MULTILINE)):
        made = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert "No rule to make target" not in made.stderr, f"{document.name} names make {target}"


def test_the_changelog_names_the_version_that_is_packaged() -> None:
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert f"## {version.group(1)}" in (ROOT / "CHANGELOG.md").read_text()
