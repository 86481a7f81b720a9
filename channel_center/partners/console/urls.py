"""Routes of partners' own pages, and of the operator's about them."""

from __future__ import annotations

from django.urls import path

from channel_center.partners.console import people, programs, tree, views

urlpatterns = [
    path("sub-partners/", tree.below),
    path("sub-partners/new/", tree.apply),
    path("partners/applications/<str:application>/", tree.decide),
    path("partners/<str:public_id>/", tree.one),
    path("partners/<str:public_id>/move/", tree.move),
    path("partners/<str:public_id>/hold/", tree.hold),
    path("partners/<str:public_id>/holds/<str:hold>/lift/", tree.lift),
    path("people/invite/", people.invite_person),
    path("people/<str:person>/", people.change),
    path("people/<str:person>/invite/", people.invite_once_more),
    path("invited/<str:token>/", people.arrive),
    path("programs/", programs.index),
    path("programs/keys/new/", programs.new_key),
    path("programs/keys/<str:public_id>/", programs.key),
    path("programs/webhooks/new/", programs.new_webhook),
    path("programs/webhooks/<str:public_id>/remove/", programs.drop_webhook),
    path("programs/deliveries/<str:public_id>/again/", programs.send_again),
    path("views/", views.save),
    path("views/<str:public_id>/drop/", views.drop),
]
