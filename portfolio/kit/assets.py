"""Browser assets: the few built files of node_modules that are served, and one sprite of the icons that templates name."""

import re
from pathlib import Path
from xml.etree import ElementTree

VENDORED = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
SPRITE = "icons.svg"
_SVG = "http://www.w3.org/2000/svg"
_LINES = {
    "viewBox": "0 0 24 24",
    "fill": "none",
    "stroke": "currentColor",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}
# A map that is not shipped fails collectstatic, which follows these comments.
_SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*")


class AssetMissing(Exception):
    """A file of node_modules is not there: run `npm ci`, or correct the name in static/icons.txt."""


def vendor(*, node_modules: Path, icon_list: Path, target: Path) -> list[str]:
    """Bring `target` up to date and return the names of the files that changed.

    `icon_list` names one outline icon a line; blank lines and lines starting with # do not count.
    Raises AssetMissing where a package or an icon is not there.
    """
    wanted = {name: _SOURCE_MAP.sub(b"", _read(node_modules / source)) for name, source in VENDORED.items()}
    wanted[SPRITE] = sprite(node_modules / "@tabler/icons/icons/outline", icon_names(icon_list))
    target.mkdir(parents=True, exist_ok=True)
    for stale in (path for path in target.iterdir() if path.name not in wanted):
        stale.unlink()
    changed = [name for name, content in wanted.items() if _differs(target / name, content)]
    for name in changed:
        (target / name).write_bytes(wanted[name])
    return changed


def icon_names(icon_list: Path) -> list[str]:
    """The names in `icon_list`, sorted, each once."""
    lines = (line.strip() for line in icon_list.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def sprite(folder: Path, names: list[str]) -> bytes:
    """One SVG with a <symbol id="icon-NAME"> for each name; strokes take the colour of the text around them."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.Element(f"{{{_SVG}}}svg")
    for name in names:
        drawing = ElementTree.fromstring(_read(folder / f"{name}.svg"))  # noqa: S314 - see the import
        symbol = ElementTree.SubElement(root, f"{{{_SVG}}}symbol", _LINES | {"id": f"icon-{name}"})
        symbol.extend(shape for shape in drawing if shape.get("stroke") != "none")
    ElementTree.indent(root)
    return ElementTree.tostring(root)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise AssetMissing(f"{path} is not there: run `npm ci`, or correct static/icons.txt") from None


def _differs(path: Path, content: bytes) -> bool:
    return not path.exists() or path.read_bytes() != content
