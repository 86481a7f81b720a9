"""Keys of a shop that was copied: good for the original alone."""

from __future__ import annotations

from datetime import datetime

from kernel.keys.models import ApiKey, App, AppToken


def revoke_all(now: datetime) -> None:
    """Revoke every key that came along, and shut every app out."""
    AppToken.objects.all().delete()
    App.objects.update(granted=[], granted_at=None)
    rows = ApiKey.objects.filter(revoked_at=None)
    rows.update(revoked_at=now, former_digest="", former_until=None)
