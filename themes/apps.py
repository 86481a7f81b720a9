"""The storefront as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ThemesConfig(AppConfig):
    """Blocks, sources and pages; refused at the start when two have one name."""

    name = "themes"
    label = "themes"

    def ready(self) -> None:
        """Make the themes' own known, then what modules bring along."""
        from kernel.backoffice.menu import announce_pages
        from kernel.i18n.words import register_words
        from kernel.snapshots.registry import register_part
        from themes import blocks, handlers, kinds, page_kinds, registry, shop, sources
        from themes.asked import sources as asked_sources
        from themes.carried import DraftsPart, LookPart, PagesPart
        from themes.cart import sources as cart_sources
        from themes.editor.menu import design_pages
        from themes.levels import sources as level_sources
        from themes.notices import sources as notice_sources
        from themes.orders import sources as order_sources
        from themes.packs.menu import pack_pages
        from themes.promotions import sources as promotion_sources
        from themes.reviews import sources as review_sources
        from themes.searching import sources as search_sources
        from themes.shipping import sources as shipping_sources
        from themes.sources import register_source
        from themes.uses import register_uses

        # Django makes applications ready again when others are installed: begin with nothing.
        for known in (sources, registry, kinds):
            known.forget_all()
        shop.register_all()
        carts = (cart_sources.CART, cart_sources.COUNT, shipping_sources.FREE_FROM)
        offers = (
            promotion_sources.LABELS,
            promotion_sources.WALL,
            promotion_sources.FEATURED,
            promotion_sources.POPUP,
            promotion_sources.OWN_POPUP,
        )
        searches = (search_sources.HOT_WORDS, search_sources.HISTORY)
        reviews = (review_sources.SUMMARY, review_sources.LIST, review_sources.LATEST)
        orders = (order_sources.MINE, order_sources.ONE)
        asked = (asked_sources.ONE, asked_sources.VIEWER)
        told = (level_sources.MINE, notice_sources.UNREAD, *asked)
        own = (*carts, *offers, *searches, *reviews, *orders, *told)
        for source in own:
            register_source(source)
        register_words("themes")
        register_uses()
        announce_pages("themes", pack_pages)
        blocks.register_all()
        registry.register_modules()
        page_kinds.register_all()
        handlers.subscribe_all()
        announce_pages("themes", design_pages)
        register_part(LookPart(), order=50)
        register_part(PagesPart(), order=60)
        register_part(DraftsPart(), order=61, is_offered=False)
