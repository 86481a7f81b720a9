"""Promotions and coupons as buyers meet them."""
