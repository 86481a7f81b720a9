"""Routes of the admin API for reviews, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.reviews.api import admin

app_name = "reviews-admin-api"
urlpatterns = [
    path("reviews/", admin.ReviewsView.as_view(), name="reviews"),
    path("reviews/policy/", admin.PolicyView.as_view(), name="policy"),
    path("reviews/<str:review>/", admin.ReviewView.as_view(), name="review"),
    path("reviews/<str:review>/publish/", admin.PublishView.as_view(), name="publish"),
    path("reviews/<str:review>/hide/", admin.HideView.as_view(), name="hide"),
    path("reviews/<str:review>/reply/", admin.ReplyView.as_view(), name="reply"),
]
