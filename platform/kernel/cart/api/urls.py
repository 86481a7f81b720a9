"""Routes of the store API for carts, mounted under ``cart/``."""

from __future__ import annotations

from django.urls import path

from kernel.cart.api.store import (
    AcceptedView,
    BuyNowView,
    CartsView,
    LinesView,
    LineView,
    LinksView,
    MergeView,
    OpenedLinkView,
    SelectionView,
    TakenLinkView,
)

app_name = "cart-api"
urlpatterns = [
    path("", CartsView.as_view(), name="cart"),
    path("lines/", LinesView.as_view(), name="lines"),
    path("lines/<str:line>/", LineView.as_view(), name="line"),
    path("selection/", SelectionView.as_view(), name="selection"),
    path("accepted-prices/", AcceptedView.as_view(), name="accepted-prices"),
    path("buy-now/", BuyNowView.as_view(), name="buy-now"),
    path("merge/", MergeView.as_view(), name="merge"),
    path("links/", LinksView.as_view(), name="links"),
    path("links/opened/", OpenedLinkView.as_view(), name="opened-link"),
    path("links/taken/", TakenLinkView.as_view(), name="taken-link"),
]
