"""The paper of a chart: its letters, its colours, and the three things that are drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

INK, SOFT, LINE, GROUND = "#1b2128", "#535d69", "#b8bfc7", "#eef0f2"
# Of verdicts, as in the portal; the hatches keep them apart on grey paper.
TONES = {
    "met": "#236f52", "warning": "#685800", "not_met": "#cc0840", "unknown": "#8c44ac", "stale": "#692f14",
    "waived": "#0757e6", "not_applicable": "#40465a",
}  # fmt: skip
HATCHES = {"unknown": "///", "stale": "|||", "not_met": "xxxxx"}
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "svg.fonttype": "none",  # letters stay letters
    "svg.hashsalt": "pilotage",  # and names in the file stay the same
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "hatch.linewidth": 0.5,
}
_NO_DATE = {"Date": None, "Creator": None, "Format": None, "Type": None}
_POINTS = 72.0


def faces() -> Path:
    """Where the letters lie that come with the library."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


class Paper:
    """All places in points from the upper left corner, to the right and down."""

    def __init__(self, width: float, height: float) -> None:
        _own_faces_alone()
        mpl.rcParams.update(_STYLE)
        self._figure = Figure(figsize=(width / _POINTS, height / _POINTS), frameon=False)
        FigureCanvasSVG(self._figure)
        self._where = Affine2D().scale(1, -1).translate(0, height).scale(1 / _POINTS) + self._figure.dpi_scale_trans

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str = GROUND, edge: str = "none", hatch: str = ""
    ) -> None:
        self._add(Rectangle((x, y), width, height, facecolor=fill, edgecolor=edge, linewidth=0.7, hatch=hatch or None))

    def line(self, x: Sequence[float], y: Sequence[float], *, colour: str = INK, width: float = 1.0) -> None:
        self._add(Line2D(x, y, color=colour, linewidth=width, solid_capstyle="butt"))

    def word(self, x: float, y: float, text: str, *, align: str = "left", size: float = 7.0, colour: str = INK) -> None:
        """`y` is the middle of small letters, so that the words of a line stand on one line."""
        self._add(Text(x, y + size * 0.36, text, ha=align, va="baseline", fontsize=size, color=colour))

    def save(self, path: Path) -> None:
        self._figure.savefig(path, format="svg", transparent=True, metadata=_NO_DATE)

    def _add(self, artist: Any) -> None:
        artist.set_transform(self._where)
        self._figure.add_artist(artist)


def mark(paper: Paper, x: float, y: float, height: float) -> None:
    """A limit across a bar, seen on dark and light."""
    ends = (y - height / 2, y + height / 2)
    paper.line((x, x), ends, colour="white", width=2.6)
    paper.line((x, x), ends, width=1.1)


def _own_faces_alone() -> None:
    """Measured with the letters that it is printed with, whatever else a machine has."""
    manager = font_manager.fontManager
    manager.ttflist = [one for one in manager.ttflist if one.fname.startswith(str(faces()))]
