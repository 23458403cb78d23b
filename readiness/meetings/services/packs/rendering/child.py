"""Runs alone, in a process of bounded memory and time and without a network: pages as JSON become a PDF.

The order is the only argument, as JSON: {"root", "folder", "main", "parent"} and the members of parent.Limits. In `folder`,
its own, lie the templates (`main` is printed) and `pages.json`; there it leaves `out.pdf`. On stdout one line: {"pages": n} or
{"error": text}. None: it crashed.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf")
_ANY_LETTER = "LastResortHE-Regular.ttf"  # a box for each letter that no other face has, so that none is lost


def main(order: dict[str, Any]) -> None:
    _bound(order)
    _without_network()
    sys.path.insert(0, order["root"])
    folder = Path(order["folder"])
    try:
        pages = json.loads((folder / "pages.json").read_bytes())
        faces = _draw(pages["charts"], folder)
        count = _print(pages, folder / order["main"], folder, faces)
    except MemoryError:
        _fail(f"it needs more than {order['memory_bytes'] // 2**20} MiB of memory")
    _say({"pages": count})
    if os.getppid() != order["parent"]:  # whoever asked was killed and can take nothing away any more
        shutil.rmtree(folder, ignore_errors=True)


def _bound(order: dict[str, Any]) -> None:
    for what, amount in (
        (resource.RLIMIT_AS, order["memory_bytes"]),
        (resource.RLIMIT_FSIZE, order["output_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        resource.setrlimit(what, (amount, amount))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 5))


def _without_network() -> None:
    """An empty network where the kernel lets us; and in any case nothing in Python opens a socket or starts a program."""
    ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)

    def refuse(event: str, _arguments: object) -> None:
        if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork")):
            raise PermissionError(f"{event} is not for this process")

    sys.addaudithook(refuse)


def _draw(charts: list[dict[str, Any]], folder: Path) -> Path:
    """Every chart as an SVG file of the folder; the answer is where the faces of letters lie."""
    os.environ["MPLCONFIGDIR"] = str(folder)
    from readiness.meetings.services.packs.drawing import draw, faces

    for number, chart in enumerate(charts, start=1):
        draw(chart["kind"], chart["data"], folder / f"chart-{number:03d}.svg")
    own = folder / "faces"
    own.mkdir()
    for name in (*_FACES, _ANY_LETTER):
        (own / name).symlink_to(faces() / name)
    return own


def _print(pages: dict[str, Any], main: Path, folder: Path, faces: Path) -> int:
    """Data go in as an input, never as source: whatever a text says, it is a text."""
    import typst

    nothing = folder / "nothing"
    nothing.mkdir()
    compiler: Any = typst.Compiler(
        main, root=folder, font_paths=[faces], ignore_system_fonts=True, package_path=nothing,
        package_cache_path=nothing, sys_inputs={"data": json.dumps(pages["document"])},
    )  # fmt: skip
    made_at = datetime.fromisoformat(pages["made_at"]).replace(microsecond=0)
    try:
        compiler.compile(output=folder / "out.pdf", format="pdf", timestamp=made_at)
        return int(json.loads(compiler.query("<pages>", field="value", one=True)))
    except typst.TypstError as error:
        _fail(str(error)[:500])


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _fail(text: str) -> NoReturn:
    _say({"error": text})
    sys.exit(3)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
