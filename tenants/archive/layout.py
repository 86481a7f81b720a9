"""What stands in an archive; the form is documented in README.md beside this file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

from tenants.errors import ArchiveUnreadable

FORMAT: Final = "shop-archive"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
CHECKSUMS: Final = "checksums.json"
TABLES: Final = "tables/"
FILES: Final = "files/"
PIECE_BYTES: Final = 4 * 1024 * 1024
"""A table is written in pieces of about this size, so that none has to fit into memory."""
LONGEST_DOCUMENT: Final = 64 * 1024 * 1024
"""Most bytes of the manifest and of the checksums."""

Content: TypeAlias = Literal["tenant", "module"]


@dataclass(frozen=True, slots=True)
class Counter:
    """Where an identity column goes on counting."""

    column: str
    last_value: int
    is_called: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its columns in the order of the pieces.

    Attributes:
        left_out: the table was there and its rows are not in the archive.
    """

    name: str
    columns: tuple[str, ...]
    sequences: tuple[Counter, ...] = ()
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """The kernel's tables, or a module's, and the migrations that made them."""

    segment: str
    version: str
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    state: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first member of an archive.

    Attributes:
        tenant: the tenant's particulars, as the registry has them.
        content: a whole tenant, or one module's tables.
    """

    content: Content
    created_at: str
    product: str
    tenant: Mapping[str, Any]
    segments: tuple[Segment, ...]
    secrets: bool

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as it is written."""
        return {"format": FORMAT, "version": VERSION, **asdict(self)}

    def segment(self, name: str) -> Segment | None:
        """Return a segment, or None when the archive has none of this name."""
        return next((s for s in self.segments if s.segment == name), None)


@dataclass(frozen=True, slots=True)
class TableSum:
    """What all pieces of a table come to."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileSum:
    """What a file comes to."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Checksums:
    """The last member: what must have been read by then."""

    tables: Mapping[str, TableSum]
    files: Mapping[str, FileSum]

    def to_json(self) -> dict[str, Any]:
        """Return the sums as they are written."""
        return asdict(self)


def read_manifest(data: Any) -> Manifest:
    """Read a manifest.

    Raises:
        ArchiveUnreadable: of another format or a newer version, or malformed.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ArchiveUnreadable("this is not an archive of this product")
    if data.get("version") != VERSION:
        raise ArchiveUnreadable(f"the archive has format version {data.get('version')!r}")
    try:
        return Manifest(
            content=_one_of(data["content"], ("tenant", "module")),
            created_at=_text(data["created_at"]),
            product=_text(data["product"]),
            tenant=_mapping(data["tenant"]),
            segments=tuple(_segment(item) for item in data["segments"]),
            secrets=data["secrets"] is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveUnreadable("the manifest is malformed") from error


def read_checksums(data: Any) -> Checksums:
    """Read the sums.

    Raises:
        ArchiveUnreadable: malformed.
    """
    try:
        return Checksums(
            tables={
                _text(key): TableSum(_count(v["rows"]), _count(v["bytes"]), _text(v["sha256"]))
                for key, v in data["tables"].items()
            },
            files={
                _text(key): FileSum(_count(v["bytes"]), _text(v["sha256"]))
                for key, v in data["files"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveUnreadable("the checksums are malformed") from error


def _segment(data: Mapping[str, Any]) -> Segment:
    return Segment(
        segment=_text(data["segment"]),
        version=_text(data["version"]),
        migrations=tuple((_text(app), _text(name)) for app, name in data["migrations"]),
        tables=tuple(_table(item) for item in data["tables"]),
        state=_text(data["state"]),
    )


def _table(data: Mapping[str, Any]) -> Table:
    return Table(
        name=_text(data["name"]),
        columns=tuple(_text(column) for column in data["columns"]),
        sequences=tuple(
            Counter(_text(s["column"]), _count(s["last_value"]), s["is_called"] is True)
            for s in data["sequences"]
        ),
        left_out=data["left_out"] is True,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _one_of(value: Any, known: Sequence[Content]) -> Content:
    if value not in known:
        raise ValueError
    return value
