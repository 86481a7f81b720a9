"""Routes of documents."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.documents import layouts, printing, requests, views
from kernel.backoffice.exports import views as exports

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("documents")),
    path("export.<str:file_format>", exports.file("documents")),
    path("entities/", views.names),
    path("entities/new/", views.name),
    path("entities/<str:entity>/", views.name),
    path("entities/<str:entity>/layouts/", layouts.index),
    path("entities/<str:entity>/layouts/<str:kind>/", layouts.edit),
    path("entities/<str:entity>/layouts/<str:kind>/sample/", layouts.sample),
    path("orders/<str:number>/", views.issue),
    path("prints/", printing.index),
    path("prints/new/", printing.new),
    path("prints/<str:run>/", printing.show),
    path("prints/<str:run>/file/", printing.fetch),
    path("requests/", requests.index),
    path("requests/<str:asked>/", requests.show),
    path("requests/<str:asked>/issue/", requests.issue),
    path("requests/<str:asked>/reject/", requests.reject),
    path("requests/<str:asked>/file/", requests.file),
    path("requests/<str:asked>/reds/<str:red>/", requests.red),
    path("requests/<str:asked>/reds/<str:red>/file/", requests.file),
    path("<str:document>/", views.show),
]
