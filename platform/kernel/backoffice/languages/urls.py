"""Routes of languages, currencies and translations."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports.views import choose, file
from kernel.backoffice.languages import markets, translations, views, words

urlpatterns = [
    path("", views.index),
    path("currencies/new/", views.edit_currency),
    path("currencies/<str:code>/", views.edit_currency),
    path("currencies/<str:code>/remove/", views.drop_currency),
    path("markets/", markets.index),
    path("markets/new/", markets.edit),
    path("markets/<str:code>/", markets.edit),
    path("markets/<str:code>/remove/", markets.drop),
    path("rates/", views.ask_for_rates),
    path("words/", words.index),
    path("translations/", translations.index),
    path("translations/file/", translations.take),
    path("translations/export/", choose("translations")),
    path("translations/export.<str:file_format>", file("translations")),
    path("translations/<str:kind>/", translations.texts),
]
