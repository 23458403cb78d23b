"""`{{ text|markdown }}`: what people write, as HTML that carries nothing but text, lists, code, tables and links.

Two walls: markdown-it renders with raw HTML switched off, and nh3 keeps only what stands in the allow-list below.
"""

import re

import nh3
from django import template
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

register = template.Library()

TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
_RENDERER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable("image")
_HEADING = re.compile(r"(?<=<)(/?)h([1-6])(?=>)")


@register.filter
def markdown(text: str | None) -> SafeString:
    """Sanitised HTML of a markdown text; links open nothing on our behalf, images and raw HTML stay text."""
    html = _HEADING.sub(_below_the_page, _RENDERER.render(text or ""))
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow")
    return SafeString(clean)


def _below_the_page(found: re.Match[str]) -> str:
    """A writer's h1 must not compete with the page's own headings."""
    return f"{found[1]}h{min(6, int(found[2]) + 2)}"
