"""Routes of the figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.figures import views


def _files(prefix: str, code: str) -> list[URLPattern]:
    return [
        path(f"{prefix}export/", exports.choose(code)),
        path(f"{prefix}export.<str:file_format>", exports.file(code)),
    ]


urlpatterns = [
    path("", views.index),
    path("visits/", views.visits),
    path("products/", views.goods),
    path("members/", views.people),
    path("money/", views.takings),
    *_files("", "figures"),
    *_files("visits/", "figures-visits"),
    *_files("products/", "figures-products"),
    *_files("members/", "figures-members"),
    *_files("money/", "figures-money"),
]
