"""What concerns packs and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownPack(DomainError):
    """No pack has this name."""

    code: ClassVar[str] = "themes.unknown_pack"
    status: ClassVar[int] = 404
    title = _("There is no such theme.")


class UnknownPalette(DomainError):
    """The pack has no palette of this name."""

    code: ClassVar[str] = "themes.unknown_palette"
    status: ClassVar[int] = 404
    title = _("The theme has no such colours.")


class NothingBefore(DomainError):
    """The shop never wore another theme."""

    code: ClassVar[str] = "themes.nothing_before"
    status: ClassVar[int] = 409
    title = _("No other theme was ever used here.")
