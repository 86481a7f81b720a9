"""Routes of members."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.members import balances, ranks, views

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("members")),
    path("export.<str:file_format>", exports.file("members")),
    path("assign/", views.assign),
    path("<str:member>/", views.show),
    path("<str:member>/balance/", balances.balance),
    path("<str:member>/ranks/", ranks.ranks),
    path("<str:member>/tags/", views.tags),
    path("<str:member>/disable/", views.disable),
    path("<str:member>/enable/", views.enable),
]
