"""What the library does after its own commits; run by workers."""

from __future__ import annotations

from kernel.common.outbox.events import Envelope
from kernel.media.events import AssetAdded, MarkAsked
from kernel.media.services.marking import redraw
from kernel.media.services.rendering import render_asset


def on_asset_added(event: AssetAdded, envelope: Envelope) -> None:
    """Make a picture fit to be shown."""
    render_asset(event.asset_id)


def on_mark_asked(event: MarkAsked, envelope: Envelope) -> None:
    """Draw a picture with its watermark, or without."""
    redraw(event.asset_id)
