"""Routes of API keys and webhooks."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.programs import apps, deliveries, keys, webhooks

urlpatterns = [
    path("keys/", keys.index),
    path("keys/new/", keys.new),
    path("keys/<str:key>/", keys.edit),
    path("keys/<str:key>/rotate/", keys.rotate),
    path("keys/<str:key>/revoke/", keys.revoke),
    path("apps/", apps.index),
    path("apps/new/", apps.edit),
    path("apps/authorize/", apps.authorize),
    path("apps/<str:app>/", apps.edit),
    path("apps/<str:app>/end/", apps.end),
    path("apps/<str:app>/remove/", apps.remove),
    path("webhooks/", webhooks.index),
    path("webhooks/new/", webhooks.new),
    path("webhooks/events/", webhooks.events),
    path("webhooks/deliveries/<str:delivery>/", deliveries.one),
    path("webhooks/deliveries/<str:delivery>/replay/", deliveries.again),
    path("webhooks/<str:endpoint>/", webhooks.edit),
    path("webhooks/<str:endpoint>/switch/", webhooks.switch),
    path("webhooks/<str:endpoint>/secret/", webhooks.secret),
    path("webhooks/<str:endpoint>/remove/", webhooks.remove),
    path("webhooks/<str:endpoint>/deliveries/", deliveries.index),
    path("webhooks/<str:endpoint>/test/", deliveries.test),
    path("webhooks/<str:endpoint>/replay/", deliveries.between),
]
