"""What can go wrong with languages, currencies and translations."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidLanguages(DomainError):
    """A list of languages that cannot be offered; ``field`` names what is wrong."""

    code: ClassVar[str] = "i18n.invalid_languages"
    title = _("These languages cannot be offered.")


class InvalidCurrency(DomainError):
    """A currency that cannot be shown as asked; ``field`` names what is wrong."""

    code: ClassVar[str] = "i18n.invalid_currency"
    title = _("This currency cannot be shown like this.")


class UnknownCurrencyShown(DomainError):
    """The shop does not show its prices in this currency."""

    code: ClassVar[str] = "i18n.unknown_currency"
    status: ClassVar[int] = 404
    title = _("The shop does not show its prices in this currency.")


class RatesNotTold(DomainError):
    """The service that tells rates did not answer, or not with rates."""

    code: ClassVar[str] = "i18n.rates_not_told"
    status: ClassVar[int] = 503
    title = _("No rates of exchange could be had.")


class InvalidWording(DomainError):
    """Words that cannot stand where they should; ``field`` says which."""

    code: ClassVar[str] = "i18n.invalid_wording"
    title = _("These words cannot be used here.")


class UnknownText(DomainError):
    """There is no such text to translate."""

    code: ClassVar[str] = "i18n.unknown_text"
    status: ClassVar[int] = 404
    title = _("There is no such text.")


class InvalidTranslation(DomainError):
    """A translation that its text does not take."""

    code: ClassVar[str] = "i18n.invalid_translation"
    title = _("This translation cannot be used.")


class InvalidTranslationFile(DomainError):
    """A file that holds no translations; nothing of it was taken."""

    code: ClassVar[str] = "i18n.invalid_file"
    title = _("This file holds no translations.")


class InvalidMarket(DomainError):
    """A market that cannot be as asked; ``field`` names what is wrong."""

    code: ClassVar[str] = "i18n.invalid_market"
    title = _("This market cannot be like this.")


class UnknownMarket(DomainError):
    """There is no such market."""

    code: ClassVar[str] = "i18n.unknown_market"
    status: ClassVar[int] = 404
    title = _("There is no such market.")
