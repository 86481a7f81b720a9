"""Routes of the ledger."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.ledger import assets, journals, views

urlpatterns = [
    path("", views.index),
    path("assets/", assets.index),
    path("assets/new/", assets.new),
    path("assets/<slug:code>/", assets.edit),
    path("journals/", journals.index),
    path("journals/export/", exports.choose("journals")),
    path("journals/export.<str:file_format>", exports.file("journals")),
    path("differences/", views.differences),
    path("differences/<str:difference>/", views.resolve),
    path("accounts/<str:account>/", views.account),
]
