"""Speaks a language: the program's words, with those of the shop before them.

A language that the program does not speak itself has its own texts of the shop and
its own words as far as there are any; whatever is missing is said in a related one.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, cast

from django.utils import translation
from django.utils.translation import trans_real
from typing_extensions import override

from kernel.common.bounded import BoundedMemory
from kernel.i18n.languages import spoken_for
from kernel.i18n.models import Wording
from kernel.tenancy.context import TenantRef, current_tenant_or_none

_MOST: Final = 200
_SECONDS: Final = 3_600.0
_kept: BoundedMemory[tuple[object, int, str], Mapping[str, str]] = BoundedMemory(_MOST)


class _Spoken(gettext.NullTranslations):
    """What Django asks for texts while such a language is spoken."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        super().__init__()
        self._language = language
        self._words = words
        self._beneath = _catalog(spoken_for(language))

    def to_language(self) -> str:
        """Return the code, as Django asks for it."""
        return self._language

    @override
    def gettext(self, message: str) -> str:
        return self._words.get(message) or self._beneath.gettext(message)

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        own = self._words.get(msgid1 if n == 1 else msgid2)
        return own or self._beneath.ngettext(msgid1, msgid2, n)

    def __getattr__(self, name: str) -> object:
        # What else Django reads of a catalog, its plural forms for one.
        return getattr(self._beneath, name)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block; whatever was spoken before returns after it."""
    tenant = current_tenant_or_none()
    has_words = tenant is not None and tenant.offers.has_wordings
    if not has_words and spoken_for(language) == language:
        with translation.override(language):
            yield
        return
    words = words_of(tenant, language) if tenant is not None and has_words else {}
    active = cast("Any", trans_real)._active  # noqa: SLF001  no public way in
    before = getattr(active, "value", None)
    active.value = _Spoken(language, words)
    try:
        yield
    finally:
        if before is None:
            del active.value
        else:
            active.value = before


def words_of(tenant: TenantRef, language: str) -> Mapping[str, str]:
    """Return what a shop says in its own words; one query for each of its versions."""
    key = (tenant.id, tenant.version, language)
    found = _kept.get(key)
    if found is None:
        rows = Wording.objects.filter(language=language).values_list("msgid", "text")
        found = dict(rows)
        _kept.put(key, found, seconds=_SECONDS)
    return found


def forget_words() -> None:
    """Forget what shops say, for tests: elsewhere versions of shops only grow."""
    _kept.clear()


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    return trans_real.translation(language)
