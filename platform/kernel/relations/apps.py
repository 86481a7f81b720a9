"""Who invited whom, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from kernel.tenancy.append_only import append_only


class RelationsConfig(AppConfig):
    """Who invited whom."""

    name = "kernel.relations"
    label = "relations"

    def ready(self) -> None:
        """Make the log append-only, join the life of accounts, listen to our own event."""
        from kernel.common.outbox.events import subscribe
        from kernel.members.joining import on_merge, on_welcome
        from kernel.relations.events import MoveWaits
        from kernel.relations.services import joining, moving

        append_only("relations_change")
        on_welcome("relations", joining.welcome)
        on_merge("relations", joining.merge)
        subscribe(MoveWaits.name, "relations.continue_move", moving.continue_move)
