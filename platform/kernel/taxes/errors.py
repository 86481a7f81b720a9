"""What concerns taxes and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidTax(DomainError):
    """A value that cannot be kept; ``field`` names which."""

    code: ClassVar[str] = "taxes.invalid"
    status: ClassVar[int] = 422
    title = _("These taxes cannot be kept like this.")


class UnknownTaxClass(DomainError):
    """There is no such tax class."""

    code: ClassVar[str] = "taxes.unknown_class"
    status: ClassVar[int] = 404
    title = _("There is no such tax class.")


class TaxClassInUse(DomainError):
    """Goods or rates belong to the tax class."""

    code: ClassVar[str] = "taxes.class_in_use"
    status: ClassVar[int] = 409
    title = _("Goods or rates belong to this tax class.")


class UnknownTaxZone(DomainError):
    """There is no such tax zone."""

    code: ClassVar[str] = "taxes.unknown_zone"
    status: ClassVar[int] = 404
    title = _("There is no such tax zone.")


class TaxZonesOverlap(DomainError):
    """Another zone names the same country or region; ``place`` says which."""

    code: ClassVar[str] = "taxes.zones_overlap"
    status: ClassVar[int] = 409
    title = _("Another tax zone names the same place.")


class UnknownExemption(DomainError):
    """There is no such exemption."""

    code: ClassVar[str] = "taxes.unknown_exemption"
    status: ClassVar[int] = 404
    title = _("There is no such exemption.")


class ExemptionDecided(DomainError):
    """The exemption does not wait for a decision."""

    code: ClassVar[str] = "taxes.exemption_decided"
    status: ClassVar[int] = 409
    title = _("This exemption was decided already.")
