"""The words that columns of members take."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Proof(models.TextChoices):
    """Providers of identities that need no other company."""

    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")


class CodePurpose(models.TextChoices):
    """What a one-time code may be used for, and nothing else."""

    SIGN_IN = "sign_in", _("Sign in")
    BIND = "bind", _("Confirm a contact")
    PASSWORD = "password", _("Choose a new password")
    PAYMENT = "payment", _("Choose a payment password")


class Channel(models.TextChoices):
    """How a message reaches a person."""

    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")


class SignUp(models.TextChoices):
    """Who may open an account."""

    OPEN = "open", _("Everybody")
    INVITED = "invited", _("Only who is invited by a member")


class ProviderKind(models.TextChoices):
    """Which protocol an identity provider speaks."""

    WECHAT_OFFICIAL = "wechat_official", _("WeChat official account")
    WECHAT_WEBSITE = "wechat_website", _("WeChat on websites")
    WECHAT_APP = "wechat_app", _("WeChat in apps")
    WECHAT_MINI = "wechat_mini", _("WeChat mini-program")
    OIDC = "oidc", _("OpenID Connect")


class InvoiceKind(models.TextChoices):
    """Whom an invoice is made out to."""

    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class ConsentKind(models.TextChoices):
    """Texts that members agree to, and uses of data that they allow."""

    TERMS = "terms", _("Terms of service")
    PRIVACY = "privacy", _("Privacy policy")
    MARKETING = "marketing", _("Marketing messages")
    PERSONALISATION = "personalisation", _("Personal recommendations")
