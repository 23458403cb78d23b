"""PostgreSQL refuses to run as root, so root runs the servers as a system user made for them."""

import functools
import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

from portfolio.kit.embedded.errors import OWN_SERVERS, NoPermission

USER = "pilotage"


@functools.cache
def server_user() -> pwd.struct_passwd:
    """Who runs the servers: whoever we are, or the system user `pilotage` (made if missing) where we are root."""
    if os.geteuid() != 0:
        return _named(os.geteuid())
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return _make_user()


def popen_as_server_user() -> dict[str, Any]:
    """Arguments for Popen that give up root for good."""
    if os.geteuid() != 0:
        return {}
    user = server_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def open_package_to_server_user(package: Path) -> None:
    """As root, let the server user run the programs in an installed package; wheels keep their libraries beside it."""
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if os.geteuid() != 0 or not folder.exists():
            continue
        open_to_server_user(folder)
        if not folder.stat().st_mode & stat.S_IXOTH:
            for path in (folder, *folder.rglob("*")):
                runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if runs else 0))


def open_to_server_user(folder: Path) -> None:
    """As root, let the server user pass through to `folder` (enter, not list)."""
    if os.geteuid() != 0:
        return
    opened = [parent for parent in folder.parents if not parent.stat().st_mode & stat.S_IXOTH]
    for parent in opened:
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    if opened:
        names = ", ".join(map(str, opened))
        print(f"note: other users may now pass through (not list) {names}: PostgreSQL does not run as root", file=sys.stderr)


def _named(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise NoPermission(f"User id {uid} has no name on this system, which PostgreSQL wants; {OWN_SERVERS}.") from None


def _make_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", USER]
    try:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoPermission(
            f"PostgreSQL does not run as root, and the system user `{USER}` could not be made ({error}). "
            f"Run this as an ordinary user, {OWN_SERVERS}."
        ) from None
    return pwd.getpwnam(USER)
