"""Routes of the admin API for the library, mounted under ``/api/v1/admin/media/``."""

from __future__ import annotations

from django.urls import path

from kernel.media.api import admin, folders

app_name = "media-admin-api"
urlpatterns = [
    path("assets/", admin.AssetsView.as_view(), name="assets"),
    path("assets/move/", admin.MoveView.as_view(), name="move"),
    path("assets/mark/", admin.MarkView.as_view(), name="mark"),
    path("assets/<str:asset>/", admin.AssetView.as_view(), name="asset"),
    path("assets/<str:asset>/content/", admin.ContentView.as_view(), name="content"),
    path("assets/<str:asset>/uses/", admin.UsesView.as_view(), name="uses"),
    path("assets/<str:asset>/cuts/", admin.CutView.as_view(), name="cuts"),
    path("assets/<str:asset>/restore/", admin.RestoreView.as_view(), name="restore"),
    path("trash/", admin.TrashView.as_view(), name="trash"),
    path("uploads/", admin.UploadsView.as_view(), name="uploads"),
    path("uploads/<str:upload>/", admin.UploadView.as_view(), name="upload"),
    path("folders/", folders.FoldersView.as_view(), name="folders"),
    path("folders/<str:folder>/", folders.FolderView.as_view(), name="folder"),
    path("room/", admin.RoomView.as_view(), name="room"),
]
