"""The ways to pay that this installation knows."""

from __future__ import annotations

from kernel.payments.errors import UnknownGateway
from kernel.payments.gateways.contract import Gateway

_gateways: dict[str, Gateway] = {}


def register_gateway(gateway: Gateway) -> None:
    """Make a gateway known by its code.

    Raises:
        ValueError: another one has the code.
    """
    # Applications are made ready again when tests carry more modules.
    if type(_gateways.setdefault(gateway.code, gateway)) is not type(gateway):
        raise ValueError(f"two gateways have the code {gateway.code!r}")


def unregister_gateway(code: str) -> None:
    """Forget a gateway."""
    _gateways.pop(code, None)


def gateway_named(code: str) -> Gateway:
    """Return a gateway.

    Raises:
        UnknownGateway: none has this code.
    """
    try:
        return _gateways[code]
    except KeyError:
        raise UnknownGateway(gateway=code[:32]) from None


def gateways() -> tuple[Gateway, ...]:
    """Return all gateways, in the order of their registration."""
    return tuple(_gateways.values())
