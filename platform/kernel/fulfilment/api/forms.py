"""Parcels as both APIs show them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.fulfilment.models import Fulfilment
from kernel.fulfilment.services import pictures_of


class LinksShown(serializers.Serializer[Any]):
    """Links to a picture; they end after a while."""

    small = serializers.CharField()
    large = serializers.CharField()


class ProofShown(serializers.Serializer[Any]):
    """What shows that it arrived."""

    name = serializers.SerializerMethodField()
    pictures = serializers.SerializerMethodField()

    def get_name(self, parcel: Fulfilment) -> str:
        """Return to whom it was handed; empty where nobody said."""
        return str(parcel.proof.get("name", ""))

    @extend_schema_field(LinksShown(many=True))
    def get_pictures(self, parcel: Fulfilment) -> list[dict[str, str]]:
        """Return what was photographed."""
        return [{"small": each.small, "large": each.large} for each in pictures_of(parcel)]


class ParcelShown(serializers.Serializer[Any]):
    """A parcel, a pickup or a delivery."""

    id = serializers.CharField(source="public_id")
    method = serializers.CharField()
    state = serializers.CharField()
    carrier = serializers.CharField()
    tracking = serializers.CharField()
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    proof = ProofShown(source="*")
