"""Moves of tenants between partners as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class TenantMovesConfig(AppConfig):
    """Who wants to go where, what was agreed, and what was done."""

    name = "channel_center.moves"
    label = "tenant_moves"

    def ready(self) -> None:
        """Say what a move does, and where its pages are."""
        from channel_center.moves.console.menu import move_pages
        from channel_center.moves.services.saga import define_steps
        from kernel.backoffice.menu import announce_pages

        define_steps()
        announce_pages("tenant_moves", move_pages)
