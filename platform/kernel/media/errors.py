"""What concerns files and is refused."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class InvalidAsset(DomainError):
    """Content that is not kept; ``reason`` is a stable code."""

    code: ClassVar[str] = "media.invalid"
    status: ClassVar[int] = 422
    title = _("This file cannot be kept.")


class InvalidMedia(DomainError):
    """A value that a file or a folder cannot have; ``field`` names which."""

    code: ClassVar[str] = "media.invalid_value"
    status: ClassVar[int] = 422
    title = _("This cannot be kept.")


class UnknownAsset(DomainError):
    """There is no such file."""

    code: ClassVar[str] = "media.unknown"
    status: ClassVar[int] = 404
    title = _("There is no such file.")


class UnknownFolder(DomainError):
    """There is no such folder."""

    code: ClassVar[str] = "media.unknown_folder"
    status: ClassVar[int] = 404
    title = _("There is no such folder.")


class UnknownUpload(DomainError):
    """There is no such upload, or its time is over."""

    code: ClassVar[str] = "media.unknown_upload"
    status: ClassVar[int] = 404
    title = _("There is no such upload, or its time is over.")


class NotUploaded(DomainError):
    """Nothing was sent to the address of an upload."""

    code: ClassVar[str] = "media.not_uploaded"
    status: ClassVar[int] = 409
    title = _("The file has not arrived.")


class AssetInUse(DomainError):
    """A file that something shows is not deleted; ``uses`` names what."""

    code: ClassVar[str] = "media.in_use"
    status: ClassVar[int] = 409
    title = _("The file is in use.")


class SameContent(DomainError):
    """Another file has this content already; ``asset`` names it."""

    code: ClassVar[str] = "media.same_content"
    status: ClassVar[int] = 409
    title = _("Another file has this content already.")


class NotInTrash(DomainError):
    """Only what lies in the trash is deleted for good."""

    code: ClassVar[str] = "media.not_in_trash"
    status: ClassVar[int] = 409
    title = _("Only what lies in the trash can be deleted for good.")


class FolderInUse(DomainError):
    """A folder that holds something is not deleted."""

    code: ClassVar[str] = "media.folder_in_use"
    status: ClassVar[int] = 409
    title = _("The folder still holds files or folders.")


class StorageFull(DomainError):
    """The shop's plan has no room for more; ``bytes`` and ``limit`` say how much."""

    code: ClassVar[str] = "media.storage_full"
    status: ClassVar[int] = 409
    title = _("There is no room for more files. Empty the trash or get more room.")


class ScanFailed(DomainError):
    """Whoever looks for viruses does not answer; without him nothing is kept."""

    code: ClassVar[str] = "media.scan_failed"
    status: ClassVar[int] = 503
    title = _("The file could not be looked through. Try again in a while.")
