"""The keys of an installation with embedded servers: made once, kept beside the data, readable by us alone."""

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path


def signing_key() -> str:
    """For SECRET_KEY."""
    return secrets.token_urlsafe(50)


def sealing_key() -> str:
    """For PILOTAGE_SECRET_KEYS: 32 bytes in the base64 that Fernet reads."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def kept_secret(path: Path, make: Callable[[], str] = signing_key) -> str:
    """The text in `path`, made up and written with mode 0600 where there is none; all who race for it get the same."""
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text(encoding="ascii").strip()
