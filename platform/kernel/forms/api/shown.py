"""Forms and entries as the APIs take and show them."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import get_language
from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.forms.answers import LONGEST_TEXT, longest_of
from kernel.forms.choices import AskKind
from kernel.forms.document import LANGUAGES, MOST_CHOICES, Ask, asks_of
from kernel.forms.models import Form, Submission
from kernel.i18n.languages import in_any

_BOUND: Final = 10**12
LONGEST_KEY: Final = 40


class TextsField(serializers.DictField):
    """A text by language, ``{"zh-hans": "…", "en": "…"}``."""

    child = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Read texts of the languages that the shop's pages have."""
        found: dict[str, str] = super().to_internal_value(data)
        if set(found) - set(LANGUAGES):
            raise serializers.ValidationError(
                {name: ["zh-hans, en"] for name in set(found) - set(LANGUAGES)}
            )
        return found


class ChoiceTold(serializers.Serializer[Any]):
    """Something to choose; a new one gets a key of its own."""

    key = serializers.CharField(max_length=LONGEST_KEY, required=False, allow_blank=True)
    texts = TextsField()


class FieldTold(serializers.Serializer[Any]):
    """A field of a form."""

    kind = serializers.ChoiceField(choices=AskKind.choices)
    label = TextsField()  # type: ignore[assignment]  # a member's name
    help = TextsField(default=dict)
    is_required = serializers.BooleanField(default=False)
    choices = serializers.ListField(child=ChoiceTold(), default=list, max_length=MOST_CHOICES)
    least = serializers.IntegerField(
        default=None, allow_null=True, min_value=-_BOUND, max_value=_BOUND
    )
    most = serializers.IntegerField(
        default=None, allow_null=True, min_value=-_BOUND, max_value=_BOUND
    )


class FieldKept(FieldTold):
    """A field of a form with its key."""

    key = serializers.CharField()


class FormWritten(serializers.Serializer[Any]):
    """What is said of a form as a whole."""

    code = serializers.CharField(max_length=40)
    names = TextsField()
    thanks = TextsField(default=dict)
    is_open = serializers.BooleanField(default=True)
    is_once = serializers.BooleanField(default=False)
    tells_staff = serializers.BooleanField(default=True)


class FormKept(FormWritten):
    """A form with its fields."""

    id = PublicIdField("frm")
    fields = FieldKept(many=True)  # type: ignore[assignment]  # a member's name
    sent = serializers.IntegerField()
    unread = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class AnswerShown(serializers.Serializer[Any]):
    """An answer, with the question as it was when it was given."""

    field = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    text = serializers.CharField()


class EntryShown(serializers.Serializer[Any]):
    """What somebody sent with a form."""

    id = PublicIdField("fsb")
    member = PublicIdField("mem", allow_null=True)
    answers = AnswerShown(many=True)
    page = serializers.CharField()
    is_read = serializers.BooleanField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class ChoiceAsked(serializers.Serializer[Any]):
    """Something to choose, in the reader's language."""

    key = serializers.CharField()
    text = serializers.CharField()


class FieldAsked(serializers.Serializer[Any]):
    """A field to fill in, in the reader's language; ``longest`` is in characters."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=AskKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a member's name
    help = serializers.CharField()
    is_required = serializers.BooleanField()
    choices = ChoiceAsked(many=True)
    least = serializers.IntegerField(allow_null=True)
    most = serializers.IntegerField(allow_null=True)
    longest = serializers.IntegerField()


class FormAsked(serializers.Serializer[Any]):
    """A form to fill in, in the reader's language."""

    code = serializers.CharField()
    name = serializers.CharField()
    thanks = serializers.CharField()
    is_open = serializers.BooleanField()
    is_once = serializers.BooleanField()
    fields = FieldAsked(many=True)  # type: ignore[assignment]  # a member's name


def field_data(ask: Ask) -> dict[str, Any]:
    """Return a field as staff see it."""
    return {
        **ask.document(),
        "choices": [{"key": each["key"], "texts": _texts(each)} for each in ask.choices],
    }


def form_data(row: Form, *, sent: int, unread: int) -> dict[str, Any]:
    """Return a form as staff see it."""
    names = ("code", "names", "thanks", "is_open", "is_once", "tells_staff", "created_at")
    return {
        "id": row.public_id,
        **{name: getattr(row, name) for name in names},
        "fields": [field_data(ask) for ask in asks_of(row.fields)],
        "sent": sent,
        "unread": unread,
    }


def entry_data(row: Submission) -> dict[str, Any]:
    """Return what was sent as staff see it."""
    names = ("answers", "page", "is_read", "note", "created_at")
    return {
        "id": row.public_id,
        "member": row.member.public_id if row.member else None,
        **{name: getattr(row, name) for name in names},
    }


def asked_data(row: Form) -> dict[str, Any]:
    """Return a form as it is filled in, in the reader's language."""
    language = get_language()
    return {
        "code": row.code,
        "name": in_any(row.names, language, row.code),
        "thanks": in_any(row.thanks, language),
        "is_open": row.is_open and bool(row.fields),
        "is_once": row.is_once,
        "fields": [
            {
                "key": ask.key,
                "kind": ask.kind,
                "label": in_any(ask.label, language),
                "help": in_any(ask.help, language),
                "is_required": ask.is_required,
                "choices": [
                    {"key": each["key"], "text": in_any(_texts(each), language)}
                    for each in ask.choices
                ],
                "least": ask.least,
                "most": ask.most,
                "longest": longest_of(ask),
            }
            for ask in asks_of(row.fields)
        ],
    }


def _texts(choice: Any) -> dict[str, str]:
    return {name: text for name, text in choice.items() if name != "key"}
