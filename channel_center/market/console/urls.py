"""Routes of the market in tenants' consoles."""

from __future__ import annotations

from django.urls import path

from channel_center.market.console import balance, buying, papers, views

urlpatterns = [
    path("market/", views.index),
    path("market/<str:code>/", views.show),
    path("market/<str:code>/buy/", buying.buy_it),
    path("market/<str:code>/switch/", views.switch),
    path("market/<str:code>/cancel/", buying.end_it),
    path("market/<str:code>/renew/", buying.renew_it),
    path("balance/", balance.index),
    path("balance/top-up/", balance.begin_top_up),
    path("balance/invoices/", papers.invoices),
    path("balance/invoices/<str:public_id>/", papers.invoice),
    path("balance/statement/", papers.statement),
    path("balance/statement/file.<str:form>", papers.statement_as),
]
