"""Reviews, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    """Reviews."""

    name = "kernel.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Join the orders, the life of accounts, and the clock."""
        from kernel.common.outbox.events import subscribe
        from kernel.ledger.purposes import register_purpose
        from kernel.members.joining import on_erase, on_merge
        from kernel.orders.hooks import register_hook
        from kernel.reviews import handlers, people, rewards
        from kernel.reviews.events import ReviewPictureAdded
        from kernel.reviews.services.silence import SILENCE, note_received
        from kernel.reviews.uses import register_uses
        from kernel.tenancy.schedules import Schedule, register_schedule

        register_uses()
        register_purpose(rewards.PURPOSE, _("Given for reviews"))
        register_hook("delivered", "reviews.silence", note_received)
        on_merge("reviews", people.hand_over)
        on_erase("reviews", people.forget)
        subscribe(ReviewPictureAdded.name, "reviews.render_picture", handlers.on_picture_added)
        silent = "kernel.reviews.tasks:review_silent"
        register_schedule(Schedule(SILENCE, silent, "*/10 * * * *", asked=True))
