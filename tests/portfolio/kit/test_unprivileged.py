import os
import pwd
from pathlib import Path

import pytest

from portfolio.kit.embedded.unprivileged import USER, open_package_to_server_user, open_to_server_user, server_user

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up being root")


@pytest.mark.skipif(os.geteuid() == 0, reason="root has a user of its own for this")
def test_an_ordinary_user_runs_the_servers_as_itself() -> None:
    assert server_user().pw_uid == os.geteuid()


@as_root
def test_root_runs_the_servers_as_a_system_user_that_cannot_sign_in() -> None:
    assert server_user() == pwd.getpwnam(USER)
    assert server_user().pw_uid != 0
    assert server_user().pw_shell.endswith("nologin")


@as_root
def test_closed_folders_above_may_be_passed_through_but_not_listed(tmp_path: Path) -> None:
    (tmp_path / "closed" / "inner").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    open_to_server_user(tmp_path / "closed" / "inner")
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o701


@as_root
def test_programs_installed_under_a_strict_umask_become_runnable_with_their_libraries(tmp_path: Path) -> None:
    for folder, name, mode in (("package", "postgres", 0o700), ("package.libs", "libpq.so", 0o600)):
        (tmp_path / folder).mkdir(mode=0o700)
        (tmp_path / folder / name).touch(mode=mode)
    open_package_to_server_user(tmp_path / "package")
    assert (tmp_path / "package" / "postgres").stat().st_mode & 0o777 == 0o705
    assert (tmp_path / "package.libs" / "libpq.so").stat().st_mode & 0o777 == 0o604
