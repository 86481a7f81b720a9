"""The program's own words, in as few dictionaries as they need."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.utils.translation import trans_real


def merge_layers() -> None:
    """Let a word be found in one place, not in as many as there are packages with words.

    Django means to merge the catalogs of packages whose plurals are formed alike, but compares
    a plural's code with a function (``TranslationCatalog.update``, 5.2), so each package stays
    a layer of its own and each word is looked up in up to sixty dictionaries. What is found
    stays the same: layers above count before those below.
    """
    for code, _name in settings.LANGUAGES:
        catalog = cast("Any", trans_real.translation(code))._catalog  # noqa: SLF001  no public way in
        layers = list(zip(catalog._catalogs, catalog._plurals, strict=True))  # noqa: SLF001  as above
        merged = layers[-1:]
        for words, plural in reversed(layers[:-1]):
            if plural.__code__ == merged[-1][1].__code__:
                merged[-1][0].update(words)
            else:
                merged.append((words, plural))
        catalog._catalogs = [words for words, _plural in reversed(merged)]  # noqa: SLF001  as above
        catalog._plurals = [plural for _words, plural in reversed(merged)]  # noqa: SLF001  as above
