"""Routes of OAuth, mounted at the root of a console."""

from __future__ import annotations

from django.urls import path

from kernel.keys.api import oauth

app_name = "keys-oauth"
urlpatterns = [
    path("oauth/token/", oauth.TokenView.as_view(), name="token"),
    path("oauth/revoke/", oauth.EndView.as_view(), name="revoke"),
    path(".well-known/oauth-authorization-server", oauth.ServerView.as_view(), name="server"),
]
