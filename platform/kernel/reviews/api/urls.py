"""Routes of the store API for reviews, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.reviews.api import store

app_name = "reviews-api"
urlpatterns = [
    path("products/<str:product>/reviews/", store.ProductReviewsView.as_view(), name="product"),
    path("products/<str:product>/reviews/summary/", store.SummaryView.as_view(), name="summary"),
    path("reviews/", store.OwnReviewsView.as_view(), name="own"),
    path("reviews/open/", store.OpenLinesView.as_view(), name="open"),
    path("reviews/guest/", store.GuestReviewsView.as_view(), name="guest"),
    path("reviews/<str:review>/", store.OwnReviewView.as_view(), name="own-one"),
    path("reviews/<str:review>/addition/", store.AdditionView.as_view(), name="addition"),
    path("reviews/<str:review>/vote/", store.VoteView.as_view(), name="vote"),
]
