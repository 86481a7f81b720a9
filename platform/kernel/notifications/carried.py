"""A shop's own words for messages, as templates carry them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.notifications.errors import UnknownKind
from kernel.notifications.kinds import kind_of
from kernel.notifications.models import MessageTemplate
from kernel.notifications.services.templates import reset_template, save_template
from kernel.notifications.wording import Words
from kernel.snapshots.contract import Content, Files, Piece

_BETWEEN: Final = "/"


class WordsPart:
    """One piece a message, by the way it is sent and by language."""

    code: ClassVar[str] = "notifications.words"
    label: ClassVar[str | Promise] = _("Words of messages")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return what the shop says in words of its own."""
        rows = MessageTemplate.objects.order_by("kind", "channel", "language")
        found = []
        for row in rows:
            key, kind = _BETWEEN.join((row.kind, row.channel, row.language)), kind_of(row.kind)
            if kind is not None and (keys is None or key in keys):
                label = f"{kind.title} · {row.get_channel_display()} · {row.language}"
                found.append(Piece(key, label, {"subject": row.subject, "body": row.body}))
        return found

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Say it in these words.

        Raises:
            UnknownKind: this release does not say such a thing.
            InvalidTemplate: the words name what there is not.
        """
        words = Words(subject=str(content["subject"]), body=str(content["body"]))
        save_template(*_place(key), words, actor=actor, now=utc_now())

    def drop(self, key: str, *, actor: Actor) -> None:
        """Go back to the words that the program brings along."""
        kind, channel, language = _place(key)
        rows = MessageTemplate.objects.filter(kind=kind, channel=channel, language=language)
        if rows.exists():
            reset_template(kind, channel, language, actor=actor)


def _place(key: str) -> tuple[str, str, str]:
    found = key.split(_BETWEEN)
    if len(found) != 3:  # noqa: PLR2004  kind, way, language
        raise UnknownKind
    return found[0], found[1], found[2]
