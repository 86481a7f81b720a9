"""What buyers, the shop and arbitrators do with cases."""

from __future__ import annotations

from kernel.aftersales.services.addresses import current_address, set_address
from kernel.aftersales.services.asking import (
    cancel,
    decline_offer,
    dispute,
    escalate,
    preview,
    request,
    say,
    send_back,
    take_offer,
)
from kernel.aftersales.services.charging import take_money
from kernel.aftersales.services.clock import keep_cases
from kernel.aftersales.services.deciding import approve, arbitrate, offer, reject
from kernel.aftersales.services.goods import inspect, note_arrival, replace
from kernel.aftersales.services.pictures import render_picture
from kernel.aftersales.services.refunds import by_hand, retry, to_wallet
from kernel.aftersales.services.telling import as_seen

__all__ = [
    "approve",
    "arbitrate",
    "as_seen",
    "by_hand",
    "cancel",
    "current_address",
    "decline_offer",
    "dispute",
    "escalate",
    "inspect",
    "keep_cases",
    "note_arrival",
    "offer",
    "preview",
    "reject",
    "render_picture",
    "replace",
    "request",
    "retry",
    "say",
    "send_back",
    "set_address",
    "take_money",
    "take_offer",
    "to_wallet",
]
