"""Taxes: classes of goods, zones, rates, and buyers who pay none."""
