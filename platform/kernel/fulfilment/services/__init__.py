"""Handing over, as the rest of the program calls it."""

from __future__ import annotations

from kernel.fulfilment.services.arriving import (
    change_shipment,
    receive_fulfilment,
    receive_order,
)
from kernel.fulfilment.services.digital import deliver_digital, deliver_waiting
from kernel.fulfilment.services.dispatch import Dispatched, Parcel, fulfil, fulfil_many
from kernel.fulfilment.services.keys import add_keys, keys_left, keys_of
from kernel.fulfilment.services.pickup import code_of, hand_over, hand_over_by_code
from kernel.fulfilment.services.proving import Proof, pictures_of
from kernel.fulfilment.services.sheets import ShipmentRow, ShippingReport, ship_rows

__all__ = [
    "Dispatched",
    "Parcel",
    "Proof",
    "ShipmentRow",
    "ShippingReport",
    "add_keys",
    "change_shipment",
    "code_of",
    "deliver_digital",
    "deliver_waiting",
    "fulfil",
    "fulfil_many",
    "hand_over",
    "hand_over_by_code",
    "keys_left",
    "keys_of",
    "pictures_of",
    "receive_fulfilment",
    "receive_order",
    "ship_rows",
]
