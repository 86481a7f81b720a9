"""What concerns things that are carried over, and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class UnknownFile(DomainError):
    """A content names a file that is not kept."""

    code: ClassVar[str] = "snapshots.unknown_file"
    status: ClassVar[int] = 422
    title = _("A file is missing.")


class UnreadableContent(DomainError):
    """A content is not of the form that this release reads."""

    code: ClassVar[str] = "snapshots.unreadable"
    status: ClassVar[int] = 422
    title = _("This release cannot read the content.")


class UnknownApplication(DomainError):
    """Nothing of the kind was carried over to this shop."""

    code: ClassVar[str] = "snapshots.unknown"
    status: ClassVar[int] = 404
    title = _("Nothing of the kind was brought into this shop.")
