"""What shipping refuses."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidTemplate(DomainError):
    """The particulars of a freight template cannot be used.

    ``field`` names which, ``rule`` the line of regions that it stands in, from 0.
    """

    code: ClassVar[str] = "shipping.invalid_template"
    status: ClassVar[int] = 422
    title = _("The freight template cannot be kept with these particulars.")


class RegionsOverlap(InvalidTemplate):
    """A region stands in a template twice, by itself or as part of another."""

    code: ClassVar[str] = "shipping.regions_overlap"
    title = _("A region stands in two lines.")


class TemplateCodeTaken(DomainError):
    """Another template has the code."""

    code: ClassVar[str] = "shipping.template_code_taken"
    status: ClassVar[int] = 409
    title = _("Another freight template has this code.")


class TemplateInUse(DomainError):
    """Products or ways to ship name the template."""

    code: ClassVar[str] = "shipping.template_in_use"
    status: ClassVar[int] = 409
    title = _("Products or ways to ship use this template.")


class StaleTemplate(DomainError):
    """Somebody else has changed the template in the meantime."""

    code: ClassVar[str] = "shipping.stale_template"
    status: ClassVar[int] = 409
    title = _("Somebody else has changed this template. Look at it again.")


class UnknownTemplate(DomainError):
    """There is no such freight template."""

    code: ClassVar[str] = "shipping.unknown_template"
    status: ClassVar[int] = 404
    title = _("There is no such freight template.")


class UnknownMethod(DomainError):
    """There is no such way to ship."""

    code: ClassVar[str] = "shipping.unknown_method"
    status: ClassVar[int] = 404
    title = _("There is no such way to ship.")


class InvalidShippingMethod(DomainError):
    """The particulars of a way to ship cannot be used; ``field`` names which."""

    code: ClassVar[str] = "shipping.invalid_method"
    status: ClassVar[int] = 422
    title = _("The way to ship cannot be kept with these particulars.")
