"""Names of what is sold, in templates."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from channel_center.billing.models import Edition, Product

register = template.Library()


@register.filter
def product_name(of: Product | Edition) -> str:
    """Return what a product or an edition is called in the reader's language."""
    return of.name_in(get_language())
