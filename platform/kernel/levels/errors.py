"""What concerns levels and segments and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidLevel(DomainError):
    """A value that a level, or the choices about levels, cannot have; ``field`` names which."""

    code: ClassVar[str] = "levels.invalid"
    status: ClassVar[int] = 422
    title = _("The level cannot be kept with these particulars.")


class UnknownLevel(DomainError):
    """There is no such level."""

    code: ClassVar[str] = "levels.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such level.")


class LevelTaken(DomainError):
    """Another level has the code or the rank; ``field`` names which."""

    code: ClassVar[str] = "levels.taken"
    status: ClassVar[int] = 409
    title = _("Another level already has this code or rank.")


class InvalidSegment(DomainError):
    """A value that a segment cannot have; ``field`` names which."""

    code: ClassVar[str] = "segments.invalid"
    status: ClassVar[int] = 422
    title = _("The segment cannot be kept with these particulars.")


class UnknownSegment(DomainError):
    """There is no such segment."""

    code: ClassVar[str] = "segments.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such segment.")


class SegmentTaken(DomainError):
    """Another segment has the code."""

    code: ClassVar[str] = "segments.taken"
    status: ClassVar[int] = 409
    title = _("Another segment already has this code.")


class SegmentInUse(DomainError):
    """Price lists or promotions are for the segment."""

    code: ClassVar[str] = "segments.in_use"
    status: ClassVar[int] = 409
    title = _("Price lists or promotions are for this segment.")


class NotByHand(DomainError):
    """Conditions decide who belongs to the segment."""

    code: ClassVar[str] = "segments.not_by_hand"
    status: ClassVar[int] = 409
    title = _("Conditions decide who belongs to this segment.")
