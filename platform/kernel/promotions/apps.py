"""Promotions and coupons, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    """Promotions and coupons."""

    name = "kernel.promotions"
    label = "promotions"

    def ready(self) -> None:
        """Join the checkout, the orders, the life of accounts, and the clock."""
        from django.utils.translation import gettext_lazy as _

        from kernel.aftersales.recounting import register_recount
        from kernel.checkout.claims import register_claim
        from kernel.checkout.pipeline import register_step
        from kernel.common.outbox.events import subscribe
        from kernel.i18n.texts.kinds import register_texts
        from kernel.ledger.purposes import register_purpose
        from kernel.members.joining import on_erase, on_merge
        from kernel.orders.hooks import register_hook
        from kernel.promotions import (
            actions,
            claiming,
            conditions,
            discounts,
            events,  # noqa: F401  importing registers them
            handlers,
            people,
            points,
            recounting,
        )
        from kernel.promotions.services.batches import RESUME
        from kernel.promotions.translating import KINDS
        from kernel.tenancy.schedules import Schedule, register_schedule

        conditions.register_all()
        actions.register_all()
        register_step("promotions.offers", 320, discounts.apply_promotions)
        register_step("promotions.coupons", 340, discounts.apply_coupons)
        register_step("promotions.freight", 520, discounts.take_off_freight)
        register_claim(discounts.CLAIM, claiming.take_claims)
        register_hook("paid", "promotions.spend_coupons", claiming.spend_coupons)
        register_hook("cancelled", "promotions.give_back", claiming.give_back)
        register_recount("promotions", recounting.recount)
        on_merge("promotions", people.hand_over)
        on_erase("promotions", people.forget)
        subscribe("members.registered", "promotions.welcome", handlers.on_registered)
        subscribe("orders.order_paid", "promotions.reward", handlers.on_paid)
        for undone in ("orders.order_cancelled", "orders.order_refunded"):
            subscribe(undone, f"promotions.take_back:{undone}", handlers.on_undone)
        register_purpose(points.SOURCE, _("Coupons for points"))
        tasks = "kernel.promotions.tasks"
        register_schedule(Schedule("promotions.expire", f"{tasks}:expire_coupons", "17 4 * * *"))
        register_schedule(Schedule(RESUME, f"{tasks}:resume_stuck", "*/10 * * * *", asked=True))
        register_texts(*KINDS)
