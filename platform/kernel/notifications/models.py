"""Templates, choices about messages, and the messages themselves: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.notifications.choices import MessageChannel, MessageState, SignState, Skipped
from kernel.tenancy.models import TenantModel


class MessageTemplate(TenantModel):
    """A tenant's own words for a kind of message, by one channel and in one language.

    Where there is none, the words that the kind brings along hold.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=MessageChannel.choices)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "channel", "language"], name="notifications_one_template"
            ),
            models.CheckConstraint(
                condition=one_of("channel", MessageChannel.values),
                name="notifications_template_channel",
            ),
        ]


class MessagePolicy(TenantModel):
    """A tenant's choices; one row, or none while nothing was chosen.

    Attributes:
        channels: by which channels a kind is sent, where that was chosen: code to list.
        quiet_from, quiet_until: by the tenant's clock; members get no e-mail and no text
            message in between, but afterwards. The same, or neither, for no quiet hours.
        a_day: how many messages a member gets by one channel within 24 hours.
        sms_a_day: how many text messages the shop pays for within 24 hours.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    channels = models.JSONField(default=dict, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    a_day = models.PositiveIntegerField(default=30)
    sms_a_day = models.PositiveIntegerField(default=500)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="notifications_one_policy"),
        ]


class Printer(TenantModel):
    """A printer in the cloud, such as one on a counter; its secrets are sealed elsewhere.

    Attributes:
        driver: which make it is, of the registered ones.
        values: what the make is told, without what is secret.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    driver = models.CharField(max_length=40)
    values = models.JSONField(default=dict, blank=True)
    copies = models.PositiveSmallIntegerField(default=1)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prn", self.id)


class SmsSign(TenantModel):
    """A name in which text messages go out, as gateways have them registered.

    Attributes:
        reason: why it was refused.
        is_usual: messages go out in it; at most one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=10, choices=SignState.choices, default=SignState.WAITING)
    reason = models.CharField(max_length=200, default="", blank=True)
    is_usual = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("state", SignState.values), name="notifications_sign_state"
            ),
            models.UniqueConstraint(
                fields=["is_usual"], condition=Q(is_usual=True), name="notifications_usual_sign"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("sgn", self.id)


class MemberChoice(TenantModel):
    """What a member chose about messages.

    Attributes:
        language: in which they are written; empty for the shop's.
        unwanted: ``topic:channel`` of what he does not want.
    """

    member = DBForeignKey("members.Member", db_on_delete=CASCADE, primary_key=True)
    language = models.CharField(max_length=10, default="", blank=True)
    unwanted = models.JSONField(default=list, blank=True)


class Message(TenantModel):
    """One message to one person by one channel; by the channel ``inbox`` it is the message itself.

    Attributes:
        key: made of the event, the kind, the channel and the recipient: nobody is told
            the same twice.
        member, staff: who gets it; neither for a buyer without an account.
        recipient: address or number, or the id of a printer; empty in the inbox.
        link: path of the page it is about, in the storefront or the console.
        values: what went into the words, for gateways that know templates.
        reason: why it was skipped, or how the last attempt failed.
        leased_until: somebody is sending it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=MessageChannel.choices)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, null=True, db_index=False)
    staff = DBForeignKey("access.Staff", db_on_delete=CASCADE, null=True, db_index=False)
    recipient = models.CharField(max_length=254, default="", blank=True)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField()
    link = models.CharField(max_length=200, default="", blank=True)
    values = models.JSONField(default=dict, blank=True)
    is_test = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=MessageState.choices)
    reason = models.CharField(max_length=200, default="", blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("state", MessageState.values), name="notifications_state"
            ),
            models.CheckConstraint(
                condition=one_of("channel", MessageChannel.values), name="notifications_channel"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], name="notifications_due", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["member", "channel", "-id"],
                name="notifications_of_member",
                condition=Q(member__isnull=False),
            ),
            models.Index(
                fields=["staff", "-id"],
                name="notifications_of_staff",
                condition=Q(staff__isnull=False, channel="inbox"),
            ),
            models.Index(fields=["created_at"], name="notifications_age"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("msg", self.id)

    @property
    def reason_text(self) -> str:
        """Why it was not sent, for people."""
        return str(dict(Skipped.choices).get(self.reason, self.reason))
