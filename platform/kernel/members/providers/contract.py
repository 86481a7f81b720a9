"""The seam that identity providers fit into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kernel.members.proven import Proven


@dataclass(frozen=True, slots=True)
class Question:
    """What goes along when somebody is sent to a provider.

    Attributes:
        state: comes back with the answer, so that it is known to belong to us.
        nonce: comes back inside the provider's signature.
        verifier: secret behind the challenge that the provider is shown.
        redirect_uri: where the provider sends people back to.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody brings back.

    Attributes:
        code: to be exchanged, once.
        question: what he was sent with; None where nobody is sent anywhere.
        phone_code: a mini-program's code for the telephone number, or empty.
    """

    code: str
    question: Question | None = None
    phone_code: str = ""


class IdentityProvider(Protocol):
    """A company that knows who somebody is."""

    @property
    def uses_redirect(self) -> bool:
        """True when people are sent to the provider's own page."""

    def address(self, question: Question) -> str:
        """Return where to send people.

        Raises:
            ProviderDown: the provider did not say where.
        """

    def exchange(self, answer: Answer) -> Proven:
        """Ask the provider who brought an answer.

        Raises:
            ProviderRefused: it does not know, or cannot be trusted.
            ProviderDown: it did not answer.
        """
