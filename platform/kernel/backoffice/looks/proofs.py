"""What the editor of a brand says of a domain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """A domain, and the TXT record by which its owner shows that it is the owner's.

    Attributes:
        record: the record's name.
        value: its content.
    """

    domain: str
    record: str
    value: str
    is_proven: bool
