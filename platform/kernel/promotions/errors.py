"""What concerns promotions and coupons and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidPromotion(DomainError):
    """A value that a promotion or coupon cannot have; ``field`` names which."""

    code: ClassVar[str] = "promotions.invalid"
    status: ClassVar[int] = 422
    title = _("This cannot be kept with these particulars.")


class UnknownPromotion(DomainError):
    """There is no such promotion."""

    code: ClassVar[str] = "promotions.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such promotion.")


class ManagedPromotion(DomainError):
    """The promotion belongs to something else, and is changed there."""

    code: ClassVar[str] = "promotions.managed"
    status: ClassVar[int] = 409
    title = _("This promotion belongs to a level. Change it there.")


class UnknownTemplate(DomainError):
    """There is no such kind of coupon."""

    code: ClassVar[str] = "coupons.unknown_template"
    status: ClassVar[int] = 404
    title = _("There is no such coupon.")


class UnknownCoupon(DomainError):
    """The member holds no such coupon."""

    code: ClassVar[str] = "coupons.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such coupon.")


class UnknownBatch(DomainError):
    """There is no such batch of codes."""

    code: ClassVar[str] = "coupons.unknown_batch"
    status: ClassVar[int] = 404
    title = _("There is no such batch of codes.")


class UnknownCode(DomainError):
    """The code is nobody's, or was used."""

    code: ClassVar[str] = "coupons.unknown_code"
    status: ClassVar[int] = 404
    title = _("This code is not known or was used already.")


class CodeTaken(DomainError):
    """Another coupon has the code."""

    code: ClassVar[str] = "coupons.code_taken"
    status: ClassVar[int] = 409
    title = _("Another coupon already has this code.")


class NotOffered(DomainError):
    """The coupon cannot be had now, or not in this way, or not by this member."""

    code: ClassVar[str] = "coupons.not_offered"
    status: ClassVar[int] = 409
    title = _("This coupon cannot be had now.")


class AllTaken(DomainError):
    """As many were taken as there were."""

    code: ClassVar[str] = "coupons.all_taken"
    status: ClassVar[int] = 409
    title = _("All of these coupons have been taken.")


class TakenBefore(DomainError):
    """The member has had as many as one member may."""

    code: ClassVar[str] = "coupons.taken_before"
    status: ClassVar[int] = 409
    title = _("You have had as many of these as one member may.")


class NotEnoughPoints(DomainError):
    """The member has fewer points than the coupon costs."""

    code: ClassVar[str] = "coupons.not_enough_points"
    status: ClassVar[int] = 409
    title = _("You have too few points for this coupon.")


class NotRevocable(DomainError):
    """The coupon is used, or in an order."""

    code: ClassVar[str] = "coupons.not_revocable"
    status: ClassVar[int] = 409
    title = _("Only a coupon that is not in use can be withdrawn.")
