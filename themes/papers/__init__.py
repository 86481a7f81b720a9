"""Documents of orders, and the invoices that members ask for, on the storefront."""
