"""No text that people read stands in a template without a message id."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_FOLDERS: Final = ("platform", "themes", "apps", "tenants", "channel_center")
_SAID: Final = re.compile(r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}", re.DOTALL)
_NOT_READ: Final = re.compile(r"<(script|style|code|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# Blocks that stand in an attribute: classes and data, which nobody reads.
_ATTRIBUTES: Final = re.compile(r"{%\s*block body_\w+\s*%}.*?{%\s*endblock\s*%}", re.DOTALL)
_COMMENTS: Final = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", re.DOTALL)
_TEMPLATE: Final = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_READ_ATTRIBUTE: Final = re.compile(
    r"\s(?:alt|title|placeholder|label|aria-label|data-copied)=(\"[^\"]*\"|'[^']*')"
)
_TAG: Final = re.compile(r"<[^>]*>|&[a-z]+;")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
# The same in every language: names of standards and of signs, of keys and of files.
_ANYWHERE: Final = frozenset(
    {"UTC", "CSV", "XLSX", "PDF", "SKU", "ID", "URL", "API", "kB", "MB", "ms"}
)


def _bare_words(source: str) -> set[str]:
    """Return the words of a template that stand in it as they are."""
    text = _ATTRIBUTES.sub(" ", _SAID.sub(" ", _COMMENTS.sub(" ", source)))
    # What is chosen by the template inside a tag would look like the end of it.
    text = _TEMPLATE.sub(" ", text)
    text = _NOT_READ.sub(" ", text)
    read = [found[1:-1] for found in _READ_ATTRIBUTE.findall(text)]
    read.append(_TAG.sub(" ", text))
    return {word for each in read for word in _WORD.findall(each)} - _ANYWHERE


def test_no_string_in_storefront_or_console_is_without_a_message_id() -> None:
    templates = [
        path
        for folder in _FOLDERS
        for kind in ("templates", "jinja2")
        for path in (ROOT / folder).rglob(f"{kind}/**/*.html")
    ]

    found = {
        str(path.relative_to(ROOT)): words
        for path in templates
        if (words := _bare_words(path.read_text(encoding="utf-8")))
    }

    assert len(templates) > 200
    assert found == {}


def test_the_scan_sees_texts_and_attributes_and_nothing_else() -> None:
    assert _bare_words('<p title="Go on">{{ name }} Hello</p>') == {"Go", "on", "Hello"}
    assert _bare_words('<p title="{% translate "Go on" %}">{{ _("Hello") }} · 12 %</p>') == set()
