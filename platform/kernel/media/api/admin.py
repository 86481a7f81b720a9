"""The library over the admin API."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.media import services
from kernel.media.api import forms
from kernel.media.choices import Fit, Form
from kernel.media.links import Frame, frame_link
from kernel.media.models import Asset
from kernel.media.selectors import asset_with, searched, uses_of
from kernel.members.api.views import NewestFirst

VIEW: Final = "media.view"
MANAGE: Final = "media.manage"


class AssetsView(StaffView):
    """The shop's own files."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        parameters=[forms.AssetsAsked, *paging("page_size")],
        responses=page_of(forms.AssetShown),
    )
    def get(self, request: Request) -> Response:
        """Return files in pages, the newest first; those in the trash when they are asked for."""
        asked = checked(forms.AssetsAsked, request.query_params)
        asked["text"] = asked.pop("q")
        pages = NewestFirst()
        pages.ordering = ("-id",)
        found: list[Asset] = pages.paginate_queryset(searched(**asked), request, view=self) or []
        return pages.get_paginated_response([forms.asset_data(row) for row in found])

    @extend_schema(
        request={"multipart/form-data": forms.AssetSent},
        responses={200: forms.AssetShown, 201: forms.AssetShown},
    )
    def post(self, request: Request) -> Response:
        """Take a file in; 200 and the file that is there when it has the same content."""
        asked = checked(forms.AssetSent, request.data)
        file = asked["file"]
        added = services.add_file(
            file.file,
            name=file.name,
            size=file.size,
            folder_id=asked["folder"],
            alt=asked["alt"],
            actor=self.actor,
        )
        return Response(forms.asset_data(added.asset), status=201 if added.is_new else 200)


class AssetView(StaffView):
    """One file."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=forms.AssetShown)
    def get(self, request: Request, asset: str) -> Response:
        """Return the file, also from the trash."""
        return Response(forms.asset_data(asset_with(_key(asset))))

    @extend_schema(request=forms.AssetTold, responses=forms.AssetShown)
    def patch(self, request: Request, asset: str) -> Response:
        """Change what is said of the file; its links stay."""
        told = checked(forms.AssetTold, request.data, partial=True)
        if "folder" in told:
            told["folder_id"] = told.pop("folder")
        fields = services.AssetFields(**told)  # type: ignore[typeddict-item]  # checked above
        return Response(
            forms.asset_data(services.change_asset(_key(asset), fields, actor=self.actor))
        )

    @extend_schema(responses={204: OpenApiResponse(description="It lies in the trash.")})
    def delete(self, request: Request, asset: str) -> Response:
        """Put the file into the trash; refused while something shows it, which is named."""
        services.trash_assets([_key(asset)], actor=self.actor, now=utc_now())
        return Response(status=204)


class ContentView(StaffView):
    """The content of a file."""

    permissions_by_method = {"PUT": MANAGE}
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": forms.ContentSent}, responses=forms.AssetShown)
    def put(self, request: Request, asset: str) -> Response:
        """Give the file another content; everything that shows it shows the new one."""
        file = checked(forms.ContentSent, request.data)["file"]
        row = services.replace_asset(
            _key(asset), file.file, name=file.name, size=file.size, actor=self.actor
        )
        return Response(forms.asset_data(row))


class UsesView(StaffView):
    """What shows a file."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(forms.UseShown))
    def get(self, request: Request, asset: str) -> Response:
        """Return everything that shows the file."""
        row = asset_with(_key(asset))
        return Response({"items": [each.as_data() for each in uses_of([row.pk]).get(row.pk, [])]})


class CutView(StaffView):
    """A picture in a frame."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(request=forms.CutAsked, responses=forms.FrameShown)
    def post(self, request: Request, asset: str) -> Response:
        """Return a link to the picture in a frame, filled around its focal point.

        It is good on the shop's own hosts as well, and made when somebody asks for it.
        """
        asked = checked(forms.CutAsked, request.data)
        frame = Frame(asked["width"], asked["height"], Fit(asked["fit"]), Form(asked["form"]))
        path = frame_link(asset_with(_key(asset)).pk, frame)
        return Response({"url": request.build_absolute_uri(path)})


class MoveView(StaffView):
    """Many files, put elsewhere."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(
        request=forms.AssetsMoved, responses={204: OpenApiResponse(description="Moved.")}
    )
    def post(self, request: Request) -> Response:
        """Put files into a folder; their links stay."""
        asked = checked(forms.AssetsMoved, request.data)
        services.move_assets(asked["assets"], asked["folder"], actor=self.actor)
        return Response(status=204)


class TrashView(StaffView):
    """Many files, put into the trash."""

    permissions_by_method = {"POST": MANAGE, "DELETE": MANAGE}

    @extend_schema(
        request=forms.AssetsChosen, responses={204: OpenApiResponse(description="All of them.")}
    )
    def post(self, request: Request) -> Response:
        """Put files into the trash, all or none; a use of one is named."""
        chosen = checked(forms.AssetsChosen, request.data)["assets"]
        services.trash_assets(chosen, actor=self.actor, now=utc_now())
        return Response(status=204)

    @extend_schema(responses={204: OpenApiResponse(description="Empty.")})
    def delete(self, request: Request) -> Response:
        """Delete everything in the trash for good."""
        while services.empty_trash(actor=self.actor):
            pass
        return Response(status=204)


class RestoreView(StaffView):
    """A file, taken out of the trash."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=None, responses=forms.AssetShown)
    def post(self, request: Request, asset: str) -> Response:
        """Take the file out of the trash."""
        services.restore_assets([_key(asset)], actor=self.actor)
        return Response(forms.asset_data(asset_with(_key(asset))))


class MarkView(StaffView):
    """The watermark of pictures."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=forms.AssetsMarked, responses={202: forms.MarkedShown})
    def post(self, request: Request) -> Response:
        """Have the watermark drawn into pictures, or taken off them, in the background."""
        asked = checked(forms.AssetsMarked, request.data)
        number = services.mark_assets(
            asked["assets"], is_marked=asked["watermark"], actor=self.actor
        )
        return Response({"number": number}, status=202)


class UploadsView(StaffView):
    """Files that are sent straight to the storage."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=forms.UploadAsked, responses={201: forms.UploadShown})
    def post(self, request: Request) -> Response:
        """Say where to send a file; for an hour, this file alone, and no more bytes."""
        asked = checked(forms.UploadAsked, request.data)
        ticket = services.begin_upload(
            asked["name"],
            asked["size"],
            folder_id=asked["folder"],
            actor=self.actor,
            now=utc_now(),
        )
        url = request.build_absolute_uri(ticket.form.url)
        return Response(forms.ticket_data(ticket, url), status=201)


class UploadView(StaffView):
    """A file that is sent straight to the storage."""

    permissions_by_method = {"POST": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=None, responses={200: forms.AssetShown, 201: forms.AssetShown})
    def post(self, request: Request, upload: str) -> Response:
        """Take what was sent into the library; 200 when its content was there before."""
        added = services.finish_upload(_upload(upload), actor=self.actor, now=utc_now())
        return Response(forms.asset_data(added.asset), status=201 if added.is_new else 200)

    @extend_schema(responses={204: OpenApiResponse(description="Given up.")})
    def delete(self, request: Request, upload: str) -> Response:
        """Give the upload up."""
        services.cancel_upload(_upload(upload), actor=self.actor, now=utc_now())
        return Response(status=204)


class RoomView(StaffView):
    """Room for files."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=forms.RoomShown)
    def get(self, request: Request) -> Response:
        """Return how much room files take, and how much the shop's plan gives."""
        return Response({"bytes": services.room_taken(), "limit": services.room_limit()})


def _key(text: str) -> UUID:
    return parse_public_id("ast", text)


def _upload(text: str) -> UUID:
    return parse_public_id("upl", text)
