"""Routes of the store API for messages, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.notifications.api import store

app_name = "notifications-api"
urlpatterns = [
    path("messages/", store.InboxView.as_view(), name="inbox"),
    path("messages/unread/", store.UnreadView.as_view(), name="unread"),
    path("messages/choices/", store.ChoiceView.as_view(), name="choices"),
    path("messages/unsubscribe/", store.UnsubscribeView.as_view(), name="unsubscribe"),
    path("messages/<str:message>/read/", store.ReadView.as_view(), name="read"),
]
