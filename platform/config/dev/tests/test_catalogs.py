"""Everything that is said is said in Chinese too."""

from __future__ import annotations

import gettext
import io

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
