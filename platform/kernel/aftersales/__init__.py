"""What happens after the sale: refunds, returns, exchanges, claims."""
