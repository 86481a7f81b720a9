"""The ways in which a binding lets people pay."""

from __future__ import annotations

from typing import Final

from kernel.payments.errors import NotCapable
from kernel.payments.gateways.contract import Cap

CHANNELS: Final = {
    "redirect": Cap.REDIRECT,
    "card_fields": Cap.CARD_FIELDS,
    "qr": Cap.QR,
    "jsapi": Cap.JSAPI,
    "h5": Cap.H5,
    "app": Cap.APP,
    "balance": Cap.INSTANT,
    "delivery": Cap.ON_DELIVERY,
    "transfer": Cap.OFFLINE,
}
"""Each channel with the capability that offers it; the first that fits is the usual one."""


def channels_of(caps: Cap) -> tuple[str, ...]:
    """Return the channels that capabilities offer, the usual one first."""
    return tuple(name for name, cap in CHANNELS.items() if cap in caps)


def channel_for(caps: Cap, wanted: str) -> str:
    """Return the channel to use.

    Raises:
        NotCapable: the wanted one is not offered, or none is.
    """
    offered = channels_of(caps)
    if not offered or (wanted and wanted not in offered):
        raise NotCapable(channels=list(offered))
    return wanted or offered[0]
