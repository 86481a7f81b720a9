"""Routes of messages."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.notices import bell, views, words

urlpatterns = [
    path("notices/", bell.index),
    path("notices/unread/", bell.unread_count),
    path("notices/read/", bell.read_all),
    path("notices/<str:message>/", bell.one),
    path("notifications/", views.index),
    path("notifications/rules/", views.rules),
    path("notifications/sent/", views.sent),
    path("notifications/sent/<str:message>/again/", views.again),
    path("notifications/<str:kind>/<str:channel>/<str:language>/", words.edit),
    path("notifications/<str:kind>/<str:channel>/<str:language>/test/", words.test),
    path("notifications/<str:kind>/<str:channel>/<str:language>/reset/", words.reset),
]
