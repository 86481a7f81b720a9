"""Sets which languages a shop offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.i18n.errors import InvalidLanguages
from kernel.i18n.languages import NAMES, SPOKEN
from kernel.i18n.models import ShopLanguage
from kernel.i18n.services.offering import begin_change, offer_again
from kernel.tenancy.context import current_tenant


@dataclass(frozen=True, slots=True)
class LanguageTerms:
    """A language, as a shop wants it; see `ShopLanguage`."""

    code: str
    falls_back_to: str = ""
    is_offered: bool = True


def shop_languages() -> list[LanguageTerms]:
    """Return the languages of the shop in their order; those of the program when none is set."""
    rows = ShopLanguage.objects.order_by("position", "code")
    found = [LanguageTerms(row.code, row.falls_back_to, row.is_offered) for row in rows]
    if found:
        return found
    own = current_tenant().locale
    return [LanguageTerms(code) for code in (own, *(each for each in SPOKEN if each != own))]


@transaction.atomic
def set_languages(languages: Sequence[LanguageTerms], *, actor: Actor) -> list[LanguageTerms]:
    """Set all languages of the shop, in this order; texts in others are kept.

    Raises:
        InvalidLanguages: one is unknown or named twice, the shop's own is not offered,
            or one would be stood in for by itself or by none of them.
    """
    _check(languages)
    begin_change()
    before = shop_languages()
    if list(languages) == before and ShopLanguage.objects.exists():
        return before
    ShopLanguage.objects.all().delete()
    ShopLanguage.objects.bulk_create(
        [
            ShopLanguage(
                code=each.code,
                falls_back_to=each.falls_back_to,
                is_offered=each.is_offered,
                position=place,
            )
            for place, each in enumerate(languages)
        ]
    )
    record(
        action="i18n.languages_changed",
        actor=actor,
        obj=("shop", "languages"),
        before=_told(before),
        after=_told(languages),
    )
    offer_again()
    return list(languages)


def _check(languages: Sequence[LanguageTerms]) -> None:
    own = current_tenant().locale
    codes = [each.code for each in languages]
    offered = {each.code for each in languages if each.is_offered}
    for each in languages:
        if each.code not in NAMES:
            raise InvalidLanguages(_("This language is not known."), field=each.code[:10])
        if each.falls_back_to and (
            each.falls_back_to == each.code or each.falls_back_to not in codes
        ):
            text = _("Another language of the shop is expected to stand in.")
            raise InvalidLanguages(text, field=each.code)
    if len(codes) > len(set(codes)):
        raise InvalidLanguages(_("Each language stands in the list once."), field="languages")
    if own not in offered:
        text = _("The language that the shop's own texts are in is always offered.")
        raise InvalidLanguages(text, field=own)
    _check_circles({each.code: each.falls_back_to for each in languages})


def _check_circles(stand_in: Mapping[str, str]) -> None:
    for code in stand_in:
        seen, current = {code}, stand_in[code]
        while current:
            if current in seen:
                text = _("Languages stand in for each other in a circle.")
                raise InvalidLanguages(text, field=code)
            seen.add(current)
            current = stand_in.get(current, "")


def _told(languages: Sequence[LanguageTerms]) -> dict[str, Any]:
    return {
        each.code: {"offered": each.is_offered, "stand_in": each.falls_back_to}
        for each in languages
    }
