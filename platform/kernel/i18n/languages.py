"""The languages that texts of a shop may be in, and what stands in for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from django.conf import settings

from kernel.tenancy.context import Offers, TenantRef, current_tenant_or_none

NAMES: Final[Mapping[str, str]] = {
    "zh-hans": "简体中文",
    "zh-hant": "繁體中文",
    "en": "English",
    "ja": "日本語",
    "ko": "한국어",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "ru": "Русский",
}
"""By code, each in itself. The program itself speaks those of ``settings.LANGUAGES``."""

SPOKEN: Final = tuple(code for code, _name in settings.LANGUAGES)
_RELATED: Final = {"zh-hant": "zh-hans"}
_FOREIGN: Final = "en"

T = TypeVar("T")


def spoken_for(language: str) -> str:
    """Return the language in which the program speaks to readers of another."""
    if language in SPOKEN:
        return language
    return _RELATED.get(language, _FOREIGN)


def offered(tenant: TenantRef) -> tuple[str, ...]:
    """Return the codes of the languages that buyers of a shop can choose."""
    return tuple(code for code, _other in tenant.offers.languages) or SPOKEN


def named(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return codes with the names of the languages in themselves."""
    return [(code, NAMES.get(code, code)) for code in codes]


def stand_ins(language: str) -> tuple[str, ...]:
    """Return whose texts stand in for missing ones, in their order.

    The text that is always there comes after them: it is in the shop's own language.
    """
    tenant = current_tenant_or_none()
    offers, own = (tenant.offers, tenant.locale) if tenant else (Offers(), "")
    chosen = dict(offers.languages)
    found: list[str] = []
    current = language
    while True:
        current = chosen.get(current, "") or _RELATED.get(current, "")
        if not current or current in found or current in {language, own}:
            return tuple(found)
        found.append(current)


def in_language(texts: Mapping[str, T], language: str | None) -> T | None:
    """Return what there is in a language, else in what stands in for it; None for nothing."""
    if not texts:
        return None
    wanted = (language or "").lower()
    found = texts.get(wanted) or texts.get(wanted.partition("-")[0])
    if found:
        return found
    tenant = current_tenant_or_none()
    if tenant is not None and wanted == tenant.locale:
        return None
    return next((texts[other] for other in stand_ins(wanted) if texts.get(other)), None)


def in_any(texts: Mapping[str, str], language: str | None, default: str = "") -> str:
    """Return a text in a language, in what stands in for it, in the shop's own, or in any."""
    found = in_language(texts, language)
    if found:
        return found
    tenant = current_tenant_or_none()
    own = texts.get(tenant.locale) if tenant is not None else None
    return own or next((text for text in texts.values() if text), default)
