"""What somebody proved of himself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kernel.members.choices import Proof

CONTACTS: Final = (Proof.PHONE.value, Proof.EMAIL.value)


@dataclass(frozen=True, slots=True)
class Proven:
    """What somebody proved of himself.

    Attributes:
        provider: ``phone``, ``email`` or the code of a binding.
        subject: the number, the address, or the provider's id of the person.
        unionid: the person's id across one WeChat company's accounts.
        phone: a number proved together with it, in its stored form.
        email: an address that the provider says is the person's. It never leads
            into an account that somebody else opened.
        name: what the person is called there.
    """

    provider: str
    subject: str
    unionid: str = ""
    phone: str = ""
    email: str = ""
    name: str = ""

    def contacts(self) -> Iterator[tuple[str, str]]:
        """Yield the numbers and addresses that the proof covers, as provider and subject."""
        if self.provider in CONTACTS:
            yield self.provider, self.subject
        if self.phone:
            yield Proof.PHONE.value, self.phone
