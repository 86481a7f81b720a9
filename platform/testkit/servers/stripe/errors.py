"""Refusals in Stripe's form."""

from __future__ import annotations


class StripeSays(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, kind: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


def invalid(message: str, *, code: str = "parameter_invalid", param: str = "") -> StripeSays:
    """A request that cannot be carried out."""
    return StripeSays(400, "invalid_request_error", message, code=code, param=param)


def missing(identity: str) -> StripeSays:
    """An object that this account does not have."""
    return StripeSays(
        404, "invalid_request_error", f"No such object: '{identity}'", code="resource_missing"
    )
