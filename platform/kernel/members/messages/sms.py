"""Text messages: the seam that gateways fit into.

`STOA_SMS_PROVIDER` names one as ``package.module:Class``; it is made without
arguments. Without it no text message is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from kernel.members.errors import SmsUnavailable
from kernel.tenancy.simulation import is_simulation


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message.

    Attributes:
        to: ``+`` and digits.
        text: the whole message, for gateways that take one.
        template: what it is about, for gateways that know templates.
        values: what goes into the template.
        sign: in whose name it goes out, where a name is registered for the shop.
    """

    to: str
    text: str
    template: str
    values: Mapping[str, str] = field(default_factory=dict)
    sign: str = ""


class SmsProvider(Protocol):
    """A gateway."""

    def send(self, message: Sms) -> None:
        """Hand a message over.

        Raises:
            MessageNotSent: the gateway did not take it.
        """


_signers: list[Callable[[], str]] = []


def set_signer(signer: Callable[[], str]) -> None:
    """Say who knows the name that the current tenant's text messages go out in."""
    _signers[:] = [signer]


def send_sms(message: Sms) -> None:
    """Send a text message through the installation's gateway.

    Raises:
        SmsUnavailable: there is none, or the shop is a sandbox.
        MessageNotSent: it did not take the message.
    """
    named: str = settings.STOA_SMS_PROVIDER
    if not named or is_simulation():
        raise SmsUnavailable
    sign = message.sign or next((signer() for signer in _signers), "")
    _provider(named).send(replace(message, sign=sign))


@lru_cache(maxsize=4)
def _provider(named: str) -> SmsProvider:
    module, _colon, attribute = named.partition(":")
    return cast("SmsProvider", getattr(import_module(module), attribute)())
