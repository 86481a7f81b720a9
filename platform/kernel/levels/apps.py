"""Levels and segments, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class LevelsConfig(AppConfig):
    """Levels and segments."""

    name = "kernel.levels"
    label = "levels"

    def ready(self) -> None:
        """Join prices, promotions, orders, the life of accounts, and the clock."""
        from django.utils.translation import gettext_lazy as _

        from kernel.common.outbox.events import subscribe
        from kernel.i18n.texts.kinds import register_texts
        from kernel.ledger.purposes import register_purpose
        from kernel.levels import criteria, facts, handlers, people
        from kernel.levels.buyers import Belongs
        from kernel.levels.events import LevelChanged, MemberGrew
        from kernel.levels.services import benefits, growth, points, reviewing, segments, walking
        from kernel.levels.translating import LEVELS
        from kernel.members.joining import on_erase, on_merge
        from kernel.pricing.groups import register_groups
        from kernel.promotions.conditions import register_condition
        from kernel.tenancy.append_only import append_only
        from kernel.tenancy.schedules import Schedule, register_schedule

        append_only("levels_levelchange")
        facts.register_all()
        criteria.register_all()
        register_purpose(growth.SOURCE, _("Growth given"))
        register_purpose(points.SOURCE, _("Points given"))
        register_groups(benefits.GROUP, reviewing.levels_of)
        register_groups(segments.GROUP, lambda ids: segments.segments_of(list(ids)))
        register_condition(Belongs())
        on_merge("levels", people.hand_over)
        on_erase("levels", people.forget)
        for moment in ("paid", "delivered", "completed", "cancelled", "refunded"):
            subscribe(f"orders.order_{moment}", f"levels.order_{moment}", handlers.on_order)
        subscribe("members.registered", "levels.registered", handlers.on_registered)
        subscribe("members.merged", "levels.merged", handlers.on_merged)
        subscribe("members.tagged", "levels.tagged", handlers.on_tagged)
        subscribe(
            "relations.sponsor_changed", "levels.sponsor_changed", handlers.on_sponsor_changed
        )
        subscribe(MemberGrew.name, "levels.member_grew", handlers.on_grown)
        subscribe(LevelChanged.name, "levels.level_changed", handlers.on_level_changed)
        tasks = "kernel.levels.tasks"
        register_schedule(
            Schedule(reviewing.REVIEW, f"{tasks}:review_levels", "*/5 * * * *", asked=True)
        )
        register_schedule(Schedule(walking.WALK, f"{tasks}:walk_due", "* * * * *", asked=True))
        register_texts(LEVELS)
