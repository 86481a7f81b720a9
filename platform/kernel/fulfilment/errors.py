"""What concerns handing over and is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class QuantityNotOpen(DomainError):
    """More is to be handed over than is still to be; ``lines`` says of what."""

    code = "fulfilment.quantity_not_open"
    status = 409
    title = _("There is less left to be shipped.")


class FulfilmentNotFound(DomainError):
    """There is no such parcel."""

    code = "fulfilment.not_found"
    status = 404
    title = _("There is no such shipment.")


class FulfilmentFixed(DomainError):
    """It arrived, or it left too long ago to be described in another way."""

    code = "fulfilment.fixed"
    status = 409
    title = _("This shipment can no longer be changed.")


class PickupCodeUnknown(DomainError):
    """No order waits under this code."""

    code = "fulfilment.pickup_code_unknown"
    status = 404
    title = _("No order waits under this code.")


class PickupCodeUsed(DomainError):
    """The order was handed over before, ``used_at``."""

    code = "fulfilment.pickup_code_used"
    status = 409
    title = _("This code has been used.")


class InvalidKeys(DomainError):
    """Keys that cannot be kept: empty, too long, or for goods that have none."""

    code = "fulfilment.invalid_keys"
    status = 422
    title = _("These keys cannot be kept.")


class InvalidShipment(DomainError):
    """A row or a form that does not say what is shipped; ``field`` names which."""

    code = "fulfilment.invalid"
    status = 422
    title = _("This shipment is not complete.")


class ProofRefused(DomainError):
    """Not pictures, or too many."""

    code = "fulfilment.proof_refused"
    status = 422
    title = _("These pictures cannot be kept as a proof of delivery.")
