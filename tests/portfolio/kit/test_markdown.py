"""Markdown of people becomes harmless HTML."""

from __future__ import annotations

import re

import pytest

from portfolio.kit.templatetags.markdown import markdown

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](https://elsewhere.example/p.png)", "<svg/onload=alert(1)>",
    "<a href='x' onclick='y'>z</a>", "[x](vbscript:msgbox)", "<style>*{display:none}</style>", "<iframe src=//x>",
    "[x](//host 'a\" onmouseover=\"b')", "```\n</code></pre><script>1</script>\n```", "<https://x.example/\"onmouseover=1>",
    "<form action=/account/logout/><button>x</button></form>", "&#x3C;script&#x3E;1&#x3C;/script&#x3E;", "<base href=//x>",
]  # fmt: skip
_TAG = re.compile(r"<[a-z/][^>]*>", re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_survives(text: str) -> None:
    for tag in _TAG.findall(markdown(text)):
        assert re.fullmatch(r"</?(p|code|pre|a|em|strong)( (href|title|rel)=\"[^\"]*\")*>", tag), tag
        assert not re.search(r"(javascript|vbscript|data):", tag, re.IGNORECASE)


def test_what_people_use_works() -> None:
    html = markdown("# Plan\n\n**bold** `code`\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[link](https://example.org)")
    for part in ("<h3>Plan</h3>", "<strong>bold</strong>", "<code>code</code>", "<li>one</li>", "<td>1</td>"):
        assert part in html
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">link</a>' in html


def test_no_text_is_no_html() -> None:
    assert markdown(None) == markdown("") == ""
