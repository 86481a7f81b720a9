"""Routes of messages."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.notices import bell, printers, signs, views, words

urlpatterns = [
    path("notices/", bell.index),
    path("notices/unread/", bell.unread_count),
    path("notices/read/", bell.read_all),
    path("notices/<str:message>/", bell.one),
    path("notifications/", views.index),
    path("notifications/rules/", views.rules),
    path("notifications/sent/", views.sent),
    path("notifications/sent/<str:message>/again/", views.again),
    path("notifications/signs/", signs.index),
    path("notifications/signs/<str:sign>/choose/", signs.choose),
    path("notifications/signs/<str:sign>/drop/", signs.drop),
    path("notifications/printers/", printers.index),
    path("notifications/printers/new/<slug:driver>/", printers.new),
    path("notifications/printers/<str:printer>/", printers.edit),
    path("notifications/printers/<str:printer>/try/", printers.attempt),
    path("notifications/printers/<str:printer>/remove/", printers.remove),
    path("notifications/<str:kind>/<str:channel>/<str:language>/", words.edit),
    path("notifications/<str:kind>/<str:channel>/<str:language>/test/", words.test),
    path("notifications/<str:kind>/<str:channel>/<str:language>/reset/", words.reset),
]
