"""Members of a tar that may come from anyone."""

from __future__ import annotations

import tarfile
from typing import Any

from tenants.errors import ArchiveUnreadable

_LONGEST_HEADER = 64 * 1024


class PlainMember(tarfile.TarInfo):
    """A member that is a plain file; anything else is refused before tarfile acts on it."""

    # tarfile says that this may be overridden; its stubs do not know it.
    def _proc_member(self, tar: tarfile.TarFile) -> Any:
        plain = self.type in {tarfile.REGTYPE, tarfile.AREGTYPE}
        header = self.type == tarfile.XHDTYPE and self.size <= _LONGEST_HEADER
        if not (plain or header) or self.size < 0:
            raise ArchiveUnreadable("a member of the archive is no plain file")
        return super()._proc_member(tar)  # type: ignore[misc]
