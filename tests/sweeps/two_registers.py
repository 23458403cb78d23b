"""The federal register of 2023 and, linked to it, that of 2024, in a database of its own: python -m tests.sweeps.two_registers

Every pair of 0.95 and more that is best on both sides is confirmed as by a person (tests.sweeps.register_linking says how often
these are right); what is not linked becomes a new initiative. `two_registers()` gives other sweeps such a database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.sweeps.gate_database import own_database

ROOT = Path(__file__).resolve().parents[2]
AT_LEAST = 0.95
OF_2023, OF_2024 = "us-federal-2023", "us-federal-2024"
SNAPSHOTS = {OF_2023: date(2023, 12, 15), OF_2024: date(2024, 12, 15)}  # assumed: the files do not say their days
Where = dict[int, str]


@contextmanager
def two_registers(name: str = "two_registers") -> Iterator[dict[str, str]]:
    """The environment in which Django finds both years linked in one register; the database goes afterwards.

    Wants the sample data (PILOTAGE_SAMPLE_DATA). What the import did is written to standard output.
    """
    with own_database(name) as environment:
        subprocess.run([sys.executable, "-m", "tests.sweeps.two_registers", "fill"], cwd=ROOT, env=environment, check=True)
        yield environment


def fill(folder: Path) -> None:
    """Both files through the services of an import, in the database that the environment names."""
    import django

    django.setup()
    from portfolio.accounts.choices import Through
    from portfolio.accounts.rules import system
    from portfolio.initiatives.services.imports.link_decisions import confirm_links
    from portfolio.initiatives.services.imports.publishing import publish_rows

    by = system("reviewer of links", Through.COMMAND)
    _publish(folder)
    before = _where()
    started = time.perf_counter()
    run = _stage(folder, OF_2024)
    _search(run.pk)
    searched = time.perf_counter() - started
    linked = confirm_links(by=by, run=run, at_least=AT_LEAST)
    published = publish_rows(by=by, run=run)
    _tell(published.counts, linked, searched)
    _moves(before, _where())


def _stage(folder: Path, profile: str):  # type: ignore[no-untyped-def]  # models exist only after django.setup()
    import hashlib

    from portfolio.initiatives.services.imports.plans import profile_plan
    from portfolio.initiatives.services.imports.runs import begin_staging, finish_staging, start_run
    from portfolio.initiatives.services.imports.staging import stage_rows
    from tests.portfolio.initiatives.importing import BY, FEDERAL

    path = folder / FEDERAL[profile]
    plan, mapping = profile_plan(profile)
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    run = start_run(
        by=BY, file_name=path.name, sha256=sha, size=path.stat().st_size, plan=replace(plan, register=OF_2023),
        mapping=mapping, unit=None, as_of=SNAPSHOTS[profile],
    )  # fmt: skip
    begin_staging(run)
    return finish_staging(by=BY, run=run, staged=stage_rows(run=run, path=path))


def _publish(folder: Path) -> None:
    from portfolio.initiatives.services.imports.publishing import publish_rows
    from tests.portfolio.initiatives.importing import BY

    publish_rows(by=BY, run=_stage(folder, OF_2023))


def _search(run_id: int) -> None:
    """What a worker would do with the run's job."""
    from portfolio.initiatives.tasks import propose_links
    from portfolio.outbox.models import Job
    from portfolio.outbox.services import claim

    job = Job.objects.get(handler="initiatives.propose_links", payload__import_id=run_id)
    held = claim(job.pk)
    assert held is not None
    propose_links(held)


def _where() -> Where:
    """Initiative -> its stage, or the kind of its closure."""
    from portfolio.initiatives.models import Closure, Initiative

    kinds = dict(Closure.objects.filter(reopened_at=None).values_list("initiative_id", "kind"))
    stages = Initiative.objects.values_list("pk", "stage__key", "missing_since_id")
    return {
        pk: kinds.get(pk) or ("not in the file of 2024" if missing else stage or "stage unknown") for pk, stage, missing in stages
    }


def _tell(counts: dict[str, int], linked: int, seconds: float) -> None:
    from portfolio.initiatives.models import Closure, LinkProposal, LinkSearch

    search = LinkSearch.objects.get()
    _say(f"{search.rows_total} rows without a match beside {search.known} initiatives: read and compared in {seconds:.1f} s")
    _say(f"{LinkProposal.objects.count()} pairs proposed, {linked} confirmed at {AT_LEAST} and more")
    for name in ("rows", "created", "updated", "unchanged", "rejected", "linked", "missing"):
        _say(f"{name:>9} {counts[name]}")
    closures = Closure.objects.filter(reopened_at=None)
    for which, rows in (("linked", closures.filter(initiative__in=_linked())), ("all", closures)):
        kinds = Counter(rows.values_list("kind", flat=True))
        _say(f"closed, {which}: " + (", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "none"))


def _linked() -> list[int]:
    from portfolio.initiatives.models import LinkDecision

    return list(LinkDecision.objects.filter(verdict="confirmed").values_list("initiative_id", flat=True))


def _moves(before: Where, after: Where) -> None:
    """From where in 2023 to where in 2024, of all initiatives of 2023."""
    moves = Counter((before[one], after[one]) for one in before)
    _say("2023 -> 2024")
    for (first, second), count in sorted(moves.items(), key=lambda move: (move[0][0], -move[1])):
        _say(f"{count:5} {first} -> {second}{' (as before)' if first == second else ''}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    folder = Path(os.environ.get("PILOTAGE_SAMPLE_DATA", ROOT.parent / "shared" / "data"))
    if sys.argv[1:] == ["fill"]:
        fill(folder)
        return
    with two_registers():
        pass


if __name__ == "__main__":
    main()
