"""Everything that is said is said in Chinese too."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest

from config.dev import catalogs


def test_every_message_is_translated_and_every_catalog_compiled() -> None:
    assert catalogs.faults() == []


def test_a_compiled_catalog_is_read_by_gettext_with_plurals() -> None:
    written = {
        "": ["Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n"],
        "Sign in": ["登录"],
        "%(n)s shop\0%(n)s shops": ["%(n)s 家店铺"],
    }

    found = gettext.GNUTranslations(io.BytesIO(catalogs.compiled(written)))

    assert found.gettext("Sign in") == "登录"
    assert found.ngettext("%(n)s shop", "%(n)s shops", 7) == "%(n)s 家店铺"


def test_two_catalogs_that_disagree_on_a_message_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = {"a": "已收货", "b": "已到账"}
    paths = []
    for name, text in held.items():
        paths.append(tmp_path / name / "django.po")
        paths[-1].parent.mkdir()
        paths[-1].write_text(f'msgid "Received"\nmsgstr "{text}"\n', encoding="utf-8")
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)
    monkeypatch.setattr(catalogs, "SOURCES", ())
    monkeypatch.setattr(catalogs, "catalogs", lambda: paths)

    assert "b/django.po: translated otherwise elsewhere: 'Received'" in catalogs.faults()
