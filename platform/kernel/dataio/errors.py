"""What concerns imports and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.dataio.sayings import file_saying, row_saying


class UnreadableFile(DomainError):
    """A file that is no table; ``reason`` is a stable word, ``line`` where it was met."""

    code = "dataio.unreadable"
    status = 422
    title = _("This file cannot be read as a table.")

    def __init__(self, **fields: object) -> None:
        super().__init__(file_saying(fields), **fields)


class InvalidMapping(DomainError):
    """Columns that do not lead to what an import needs; ``missing`` names it."""

    code = "dataio.invalid_mapping"
    status = 422
    title = _("These columns do not fit.")


class UnknownImport(DomainError):
    """There is no such import."""

    code = "dataio.unknown_import"
    status = 404
    title = _("There is no such import.")


class WrongState(DomainError):
    """The import is not at the point at which this can be done; ``state`` is where it is."""

    code = "dataio.wrong_state"
    status = 409
    title = _("The import is not at this point.")


class NotAllowed(DomainError):
    """Whoever started the import may not go on with it."""

    code = "dataio.not_allowed"
    status = 403
    title = _("Whoever started this import may not import this any more.")


class RowRefused(DomainError):
    """A row that cannot be brought in; ``column`` names which value, ``reason`` why."""

    code = "dataio.row_refused"
    status = 422
    title = _("This row cannot be imported.")

    def __init__(self, **fields: object) -> None:
        super().__init__(row_saying(fields), **fields)


class PictureRefused(DomainError):
    """A picture that cannot be fetched; ``reason`` is a stable word."""

    code = "dataio.picture_refused"
    status = 422
    title = _("The picture could not be fetched.")


class InvalidExport(DomainError):
    """An unknown list, column, format or time."""

    code = "dataio.invalid_export"
    status = 422
    title = _("This file cannot be made like this.")


class UnknownExport(DomainError):
    """There is no such file, or it is another's."""

    code = "dataio.unknown_export"
    status = 404
    title = _("There is no such file any more.")
