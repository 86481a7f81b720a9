"""Balances that leave: withdrawals of what members earned, and transfers between members."""
