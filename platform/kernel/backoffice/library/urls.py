"""Routes of the media library."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.library import choosing, folders, marks, views

urlpatterns = [
    path("", views.index),
    path("add/", views.add),
    path("act/", views.act),
    path("trash/empty/", views.empty),
    path("folders/", folders.make),
    path("folders/<str:folder>/", folders.change),
    path("watermark/", marks.choose),
    path("watermark/sample/", marks.sample),
    path("choose/", choosing.choose),
    path("choose/add/", choosing.add),
    path("<str:asset>/", views.edit),
    path("<str:asset>/content/", views.replace),
    path("<str:asset>/trash/", views.trash),
]
