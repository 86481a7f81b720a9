"""The partner's brand over the channel API; pictures are put in at the console."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.brands.selectors import FROM_ABOVE, brand_values
from channel_center.brands.services import prove_domain, set_partner_brand, wanted_domains
from channel_center.models import Channel
from channel_center.partners.api.authentication import PartnerView
from kernel.branding.fields import FIELDS, PROVEN
from kernel.catalogue.api.fields import checked
from tenants.services.brands import sender_proof

_VIEW: Final = "tenants.view"
_MANAGE: Final = "brand.manage"
_LONGEST: Final = 2_000


class ProofShown(serializers.Serializer[Any]):
    """A domain that the brand names, and what the DNS must hold to prove it."""

    domain = serializers.CharField()
    txt_name = serializers.CharField()
    txt_value = serializers.CharField()
    is_proven = serializers.BooleanField()


class BrandShown(serializers.Serializer[Any]):
    """A brand, field by field."""

    own = serializers.DictField(child=serializers.CharField(), help_text="What it says itself.")
    shown = serializers.DictField(
        child=serializers.CharField(), help_text="What holds, with what comes from above."
    )
    takes_from_above = serializers.BooleanField()
    proofs = ProofShown(many=True)


class BrandTold(serializers.Serializer[Any]):
    """Fields to change; the others stay, an empty one is as if it had never been said."""

    own = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=_LONGEST, trim_whitespace=False),
        required=False,
        help_text=", ".join(FIELDS),
    )
    takes_from_above = serializers.BooleanField(required=False)


class ProofTold(serializers.Serializer[Any]):
    """Which domain is looked for."""

    domain = serializers.CharField(max_length=253)


class BrandView(PartnerView):
    """The partner's brand."""

    permissions_by_method = {"GET": _VIEW, "PATCH": _MANAGE}

    @extend_schema(responses=BrandShown)
    def get(self, request: Request) -> Response:
        """Return the brand."""
        return Response(_shown(self))

    @extend_schema(request=BrandTold, responses=BrandShown)
    def patch(self, request: Request) -> Response:
        """Change fields; all shops that take from it follow at once."""
        told = checked(BrandTold, request.data)
        set_partner_brand(
            self.channel_id,
            told.get("own", {}),
            takes_from_above=told.get("takes_from_above"),
            actor=self.actor,
        )
        return Response(_shown(self))


class ProofsView(PartnerView):
    """The proof of a domain that the brand names."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=ProofTold, responses=BrandShown)
    def post(self, request: Request) -> Response:
        """Look for the proof in the DNS now."""
        told = checked(ProofTold, request.data)
        prove_domain(self.channel_id, told["domain"], actor=self.actor)
        return Response(_shown(self))


def _shown(view: PartnerView) -> dict[str, object]:
    channel = Channel.objects.select_related("parent").get(pk=view.channel_id)
    proven = channel.brand.get(PROVEN) or ()
    proofs = [(each, *sender_proof(channel.pk, each)) for each in wanted_domains(channel.brand)]
    own = {"name": channel.name, **channel.brand}
    return {
        "own": {name: str(own[name]) for name in FIELDS if own.get(name)},
        "shown": {name: value for name, value in brand_values(channel).items() if value},
        "takes_from_above": bool(channel.brand.get(FROM_ABOVE)),
        "proofs": [
            {"domain": each, "txt_name": name, "txt_value": value, "is_proven": each in proven}
            for each, name, value in proofs
        ],
    }
