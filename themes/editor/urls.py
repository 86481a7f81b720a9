"""Routes of the editor in the console, mounted under ``design/``."""

from __future__ import annotations

from django.urls import path

from themes.comparing import views as comparing
from themes.editor import own_pages, views, wardrobe
from themes.figures import views as figures

urlpatterns = [
    path("", views.index),
    path("publish/", wardrobe.publish_everything),
    path("themes/", wardrobe.take),
    path("themes/<uuid:theme>/copy/", wardrobe.copy),
    path("themes/<uuid:theme>/name/", wardrobe.name),
    path("themes/<uuid:theme>/use/", wardrobe.put_on),
    path("themes/<uuid:theme>/away/", wardrobe.away),
    path("themes/<uuid:theme>/file/", wardrobe.file),
    path("find/", views.find),
    path("colours/", views.colours),
    path("media/", views.media),
    path("media/add/", views.add_media),
    path("pages/new/<slug:template>/", own_pages.make),
    path("pages/<uuid:page>/", views.edit),
    path("pages/<uuid:page>/figures/", figures.figures),
    path("pages/<uuid:page>/comparison/", comparing.comparison),
    path("pages/<uuid:page>/comparison/begin/", comparing.start),
    path("pages/<uuid:page>/comparison/<uuid:comparison>/end/", comparing.finish),
    path("pages/<uuid:page>/name/", own_pages.name),
    path("pages/<uuid:page>/copy/", own_pages.copy),
    path("pages/<uuid:page>/remove/", own_pages.remove),
    path("pages/<uuid:page>/parts/", own_pages.make_part_of),
    path("pages/<uuid:page>/parts/<uuid:part>/", own_pages.part),
    path("pages/<uuid:page>/draft/", views.draft),
    path("pages/<uuid:page>/publish/", views.publish_page),
    path("pages/<uuid:page>/versions/", views.versions),
    path("pages/<uuid:page>/versions/<uuid:version>/", views.version),
    path("pages/<uuid:page>/versions/<uuid:version>/live/", views.roll_back),
    path("pages/<uuid:page>/planned/<uuid:release>/", views.give_up),
    path("pages/<uuid:page>/share/", views.share),
    path("pages/<uuid:page>/canvas/", views.canvas),
    path("pages/<uuid:page>/presence/", views.here),
]
