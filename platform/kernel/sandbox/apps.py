"""The seal of sandboxes, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """A sandbox is sealed when it is opened; its own role cannot break the seal."""

    name = "kernel.sandbox"
    label = "sandbox"

    def ready(self) -> None:
        """Keep the seal, and let no balance of a sandbox be paid out."""
        from kernel.sandbox.services import why_no_payout
        from kernel.tenancy.append_only import append_only
        from kernel.wallet.guards import register_guard

        append_only("sandbox_seal")
        register_guard("sandbox", why_no_payout)
