"""Routes of the tenant's console."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.acts import views as acts
from kernel.backoffice.exports import views as exports
from tenants.console import brand, domains, functions, views

urlpatterns = [
    path("", views.home),
    path("brand/", brand.editor),
    path("brand/prove/", brand.prove),
    path("staff/", views.staff),
    path("activity/", views.activity),
    path("activity/export/", exports.choose("activity")),
    path("activity/export.<str:file_format>", exports.file("activity")),
    path("activity/check/", acts.check),
    path("activity/<int:sequence>/", acts.show),
    path("functions/", functions.index),
    path("functions/<str:code>/on/", functions.switch_on),
    path("functions/<str:code>/off/", functions.switch_off),
    path("domains/", domains.index),
    path("domains/<str:name>/", domains.show),
    path("domains/<str:name>/verify/", domains.verify),
    path("domains/<str:name>/primary/", domains.primary),
    path("domains/<str:name>/remove/", domains.remove),
]
