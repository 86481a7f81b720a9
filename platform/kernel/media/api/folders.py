"""Folders of the library over the admin API."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.media import services
from kernel.media.api.admin import MANAGE, VIEW
from kernel.media.api.forms import FolderChanged, FolderListed, FolderMade, folder_data
from kernel.media.selectors import folders


class FoldersView(StaffView):
    """All folders."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(FolderListed))
    def get(self, request: Request) -> Response:
        """Return the folders by their paths."""
        return Response({"items": [folder_data(each) for each in folders()]})

    @extend_schema(request=FolderMade, responses={201: FolderListed})
    def post(self, request: Request) -> Response:
        """Make a folder."""
        asked = checked(FolderMade, request.data)
        row = services.make_folder(asked["name"], parent_id=asked["parent"], actor=self.actor)
        return Response(_shown(row.pk), status=201)


class FolderView(StaffView):
    """One folder."""

    permissions_by_method = {"PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=FolderChanged, responses=FolderListed)
    def patch(self, request: Request, folder: str) -> Response:
        """Rename the folder, or move it with all that it holds; all of it, or nothing."""
        key, told = parse_public_id("fol", folder), checked(FolderChanged, request.data)
        with transaction.atomic():
            if "name" in told:
                services.rename_folder(key, told["name"], actor=self.actor)
            if "parent" in told:
                services.move_folder(key, told["parent"], actor=self.actor)
        return Response(_shown(key))

    @extend_schema(responses={204: OpenApiResponse(description="Gone.")})
    def delete(self, request: Request, folder: str) -> Response:
        """Delete the folder; refused while it holds something."""
        services.delete_folder(parse_public_id("fol", folder), actor=self.actor)
        return Response(status=204)


def _shown(folder_id: UUID) -> dict[str, object]:
    return next(folder_data(each) for each in folders() if each.row.pk == folder_id)
