"""Forms and what was sent with them, over the admin API."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.forms import checked
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.common.ids import parse_public_id
from kernel.forms.api.shown import (
    EntryShown,
    FieldKept,
    FieldTold,
    FormKept,
    FormWritten,
    entry_data,
    field_data,
    form_data,
)
from kernel.forms.document import MOST_FIELDS, Ask
from kernel.forms.errors import UnknownForm, UnknownSubmission
from kernel.forms.models import Form, Submission
from kernel.forms.selectors import forms_counted, submissions_of
from kernel.forms.services import (
    FormTold,
    change_form,
    create_form,
    delete_form,
    delete_submission,
    mark_submission,
    move_field,
    note_submission,
    put_field,
    remove_field,
)
from kernel.forms.services.keeping import LONGEST_NOTE
from kernel.members.api.views import NewestFirst

VIEW: Final = "forms.view"
MANAGE: Final = "forms.manage"


class MoveAsked(serializers.Serializer[Any]):
    """By how many places; negative to the front."""

    by = serializers.IntegerField(min_value=-MOST_FIELDS, max_value=MOST_FIELDS)


class EntriesAsked(serializers.Serializer[Any]):
    """Which entries a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    state = serializers.ChoiceField(
        choices=["read", "unread"], required=False, allow_blank=True, default=""
    )


class EntryChanged(serializers.Serializer[Any]):
    """What staff note of an entry; what is left out stays."""

    is_read = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, required=False)


class FormsView(StaffView):
    """All forms."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(operation_id="admin_forms_list", responses=items_of(FormKept))
    def get(self, request: Request) -> Response:
        """Return the forms, the newest first."""
        rows: Any = forms_counted()
        found = [form_data(row, sent=row.sent, unread=row.unread) for row in rows]
        return Response({"items": found})

    @extend_schema(request=FormWritten, responses={201: FormKept})
    def post(self, request: Request) -> Response:
        """Make a form without fields."""
        row = create_form(FormTold(**checked(FormWritten, request.data)), actor=self.actor)
        return Response(_shown(row.pk), status=201)


class FormView(StaffView):
    """One form."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=FormKept)
    def get(self, request: Request, form: str) -> Response:
        """Return the form with its fields."""
        return Response(_shown(_key(form)))

    @extend_schema(request=FormWritten, responses=FormKept)
    def put(self, request: Request, form: str) -> Response:
        """Change what is said of the form as a whole; its fields stay."""
        told = FormTold(**checked(FormWritten, request.data))
        return Response(_shown(change_form(_key(form), told, actor=self.actor).pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, form: str) -> Response:
        """Delete a form with which nothing was sent."""
        delete_form(_key(form), actor=self.actor)
        return Response(status=204)


class FieldsView(StaffView):
    """Fields of a form."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=FieldTold, responses={201: FieldKept})
    def post(self, request: Request, form: str) -> Response:
        """Add a field at the end."""
        ask = put_field(_key(form), _ask(request, ""), actor=self.actor)
        return Response(field_data(ask), status=201)


class FieldView(StaffView):
    """One field of a form."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=FieldTold, responses=FieldKept)
    def put(self, request: Request, form: str, key: str) -> Response:
        """Change the field."""
        return Response(field_data(put_field(_key(form), _ask(request, key), actor=self.actor)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, form: str, key: str) -> Response:
        """Remove the field; what was answered to it stays."""
        remove_field(_key(form), key, actor=self.actor)
        return Response(status=204)


class FieldMoveView(StaffView):
    """The place of a field."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=MoveAsked, responses=FormKept)
    def post(self, request: Request, form: str, key: str) -> Response:
        """Move the field; at the ends it stays."""
        by = checked(MoveAsked, request.data)["by"]
        move_field(_key(form), key, by=by, actor=self.actor)
        return Response(_shown(_key(form)))


class EntriesView(StaffView):
    """What was sent with a form."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[EntriesAsked, *paging("page_size")], responses=page_of(EntryShown))
    def get(self, request: Request, form: str) -> Response:
        """Return entries in pages, the newest first."""
        asked, key = checked(EntriesAsked, request.query_params), _key(form)
        if not Form.objects.filter(pk=key).exists():
            raise UnknownForm
        pages = NewestFirst()
        pages.ordering = ("-created_at", "-id")
        rows = submissions_of(key, text=asked["q"], state=asked["state"])
        found: list[Submission] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([entry_data(row) for row in found])


class EntryView(StaffView):
    """One entry."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=EntryShown)
    def get(self, request: Request, form: str, entry: str) -> Response:
        """Return the entry; it is not marked as read."""
        return Response(entry_data(_entry(form, entry)))

    @extend_schema(request=EntryChanged, responses=EntryShown)
    def patch(self, request: Request, form: str, entry: str) -> Response:
        """Mark the entry as read or new, and note something for the staff."""
        told, row = checked(EntryChanged, request.data), _entry(form, entry)
        if "note" in told:
            note_submission(row.pk, told["note"], actor=self.actor)
        if "is_read" in told:
            mark_submission(row.pk, is_read=told["is_read"])
        return Response(entry_data(_entry(form, entry)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, form: str, entry: str) -> Response:
        """Delete the entry for good."""
        delete_submission(_entry(form, entry).pk, actor=self.actor)
        return Response(status=204)


def _key(text: str) -> UUID:
    return parse_public_id("frm", text)


def _ask(request: Request, key: str) -> Ask:
    told = checked(FieldTold, request.data)
    choices = [{"key": each.get("key", ""), **each["texts"]} for each in told.pop("choices")]
    return Ask(key=key, choices=choices, **told)


def _shown(form_id: UUID) -> dict[str, Any]:
    row: Any = forms_counted().filter(pk=form_id).first()
    if row is None:
        raise UnknownForm
    return form_data(row, sent=row.sent, unread=row.unread)


def _entry(form: str, entry: str) -> Submission:
    rows = Submission.objects.filter(form_id=_key(form), pk=parse_public_id("fsb", entry))
    row = rows.select_related("member").first()
    if row is None:
        raise UnknownSubmission
    return row
