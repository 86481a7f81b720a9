"""Takes in what visitors do: one statement for whatever was told together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kernel.analytics.asking import ask_to_roll_up
from kernel.analytics.models import SeenStep
from kernel.analytics.values import Seen

KEPT: Final = timedelta(days=100)
"""So long single steps are kept, and a day's visits can be counted anew."""


@transaction.atomic
def note_steps(told: Sequence[tuple[datetime, Seen]]) -> None:
    """Keep what visitors did, each with its moment."""
    if not told:
        return
    SeenStep.objects.bulk_create(
        [
            SeenStep(
                at=at,
                visitor=seen.visitor,
                visit=seen.visit,
                step=seen.step,
                channel=seen.channel,
                source=seen.source,
                device=seen.device,
                handle=seen.handle,
                group_id=seen.group_id,
            )
            for at, seen in told
        ],
        batch_size=1000,
    )
    ask_to_roll_up(now=max(at for at, _seen in told))


def prune_steps(*, now: datetime) -> int:
    """Drop single steps that nobody counts anew; the figures stay."""
    deleted, _kinds = SeenStep.objects.filter(at__lt=now - KEPT - timedelta(days=1)).delete()
    return deleted
