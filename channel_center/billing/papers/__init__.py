"""What is read of sales on paper: invoices, statements of a month, and margins."""
