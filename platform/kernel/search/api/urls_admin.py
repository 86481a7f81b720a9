"""Routes of the admin API for search, mounted under ``/api/v1/admin/search/``."""

from __future__ import annotations

from django.urls import path

from kernel.search.api import admin

app_name = "search-admin-api"
urlpatterns = [
    path("synonyms/", admin.SynonymsView.as_view(), name="synonyms"),
    path("synonyms/<str:synonym>/", admin.SynonymView.as_view(), name="synonym"),
    path("hot-words/", admin.HotWordsView.as_view(), name="hot-words"),
    path("index/", admin.IndexView.as_view(), name="index"),
    path("terms/", admin.TermsView.as_view(), name="terms"),
]
