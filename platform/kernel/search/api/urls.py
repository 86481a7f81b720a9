"""Routes of the store API for search, mounted under ``/api/v1/store/search/``."""

from __future__ import annotations

from django.urls import path

from kernel.search.api import store

app_name = "search-api"
urlpatterns = [
    path("", store.SearchView.as_view(), name="search"),
    path("suggestions/", store.SuggestionsView.as_view(), name="suggestions"),
    path("hot-words/", store.HotWordsView.as_view(), name="hot-words"),
    path("history/", store.HistoryView.as_view(), name="history"),
]
