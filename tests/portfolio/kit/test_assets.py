from pathlib import Path
from xml.etree import ElementTree

import pytest

from portfolio.kit.assets import VENDORED, AssetMissing, vendor

ICON = '<svg xmlns="http://www.w3.org/2000/svg"><path stroke="none" d="M0 0h24v24H0z"/><path d="M5 12l5 5"/></svg>'


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules"
    for name, source in VENDORED.items():
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text(f"{name} is here\n/*# sourceMappingURL={name}.map */")
    icons = folder / "@tabler/icons/icons/outline"
    icons.mkdir(parents=True)
    (icons / "check.svg").write_text(ICON)
    return folder


def test_the_sprite_has_one_symbol_for_each_named_icon_without_its_invisible_frame(node_modules: Path, tmp_path: Path) -> None:
    (tmp_path / "icons.txt").write_text("# a comment\n\ncheck\ncheck\n")
    vendor(node_modules=node_modules, icon_list=tmp_path / "icons.txt", target=tmp_path / "vendor")
    (symbol,) = ElementTree.parse(tmp_path / "vendor/icons.svg").getroot()
    assert symbol.get("id") == "icon-check"
    assert symbol.get("stroke") == "currentColor"
    assert [shape.get("d") for shape in symbol] == ["M5 12l5 5"]


def test_a_second_run_writes_nothing_and_a_stale_file_goes(node_modules: Path, tmp_path: Path) -> None:
    (tmp_path / "icons.txt").write_text("check\n")
    target = tmp_path / "vendor"
    first = vendor(node_modules=node_modules, icon_list=tmp_path / "icons.txt", target=target)
    (target / "jquery.js").write_text("once")
    assert sorted(first) == ["echarts.min.js", "icons.svg", "tabler.min.css", "tabler.min.js"]
    assert vendor(node_modules=node_modules, icon_list=tmp_path / "icons.txt", target=target) == []
    assert not (target / "jquery.js").exists()
    assert "sourceMappingURL" not in (target / "tabler.min.css").read_text(), "collectstatic would look for the map"


def test_an_unknown_icon_is_named(node_modules: Path, tmp_path: Path) -> None:
    (tmp_path / "icons.txt").write_text("chekc\n")
    with pytest.raises(AssetMissing, match=r"chekc\.svg"):
        vendor(node_modules=node_modules, icon_list=tmp_path / "icons.txt", target=tmp_path / "vendor")
