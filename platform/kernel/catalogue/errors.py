"""What concerns the catalogue and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidProduct(DomainError):
    """A value that a product cannot have; ``field`` names which."""

    code = "catalogue.invalid"
    status = 422
    title = _("Some particulars of the goods cannot be used.")


class NotFound(DomainError):
    """There is no such thing in the catalogue; ``kind`` and ``id`` say what was looked for."""

    code = "catalogue.not_found"
    status = 404
    title = _("There is nothing like this in the catalogue.")


class HandleTaken(DomainError):
    """Another one has the handle."""

    code = "catalogue.handle_taken"
    status = 409
    title = _("Another one already has this address.")


class SkuTaken(DomainError):
    """Another variant has a SKU; ``skus`` names them."""

    code = "catalogue.sku_taken"
    status = 409
    title = _("Another variant already has this SKU.")


class StaleVersion(DomainError):
    """Somebody changed the product since it was read; ``version`` is the current one."""

    code = "catalogue.stale_version"
    status = 409
    title = _("Somebody else has changed this product in the meantime. Please reload it.")


class InvalidOptions(DomainError):
    """A matrix of options that cannot be made."""

    code = "catalogue.invalid_options"
    status = 422
    title = _("These options cannot be used.")


class InvalidAttributes(DomainError):
    """Attributes that do not fit the product type; ``invalid`` says why, by code."""

    code = "catalogue.invalid_attributes"
    status = 422
    title = _("Some attributes do not fit the product type.")


class InvalidPicture(DomainError):
    """A file that is no picture, or one that cannot be used."""

    code = "catalogue.invalid_picture"
    status = 422
    title = _("This file cannot be used as a picture.")


class InvalidCategory(DomainError):
    """A place in the tree that cannot be."""

    code = "catalogue.invalid_category"
    status = 422
    title = _("The category cannot be placed there.")


class CategoryInUse(DomainError):
    """A category that holds something cannot be deleted."""

    code = "catalogue.category_in_use"
    status = 409
    title = _("The category still holds categories or products. Merge it into another one.")


class InvalidRules(DomainError):
    """Rules of a collection that cannot be read."""

    code = "catalogue.invalid_rules"
    status = 422
    title = _("These rules cannot be used.")


class NotPublishable(DomainError):
    """A product that lacks what a buyer needs."""

    code = "catalogue.not_publishable"
    status = 409
    title = _("The product cannot be put on sale yet.")
