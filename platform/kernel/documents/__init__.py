"""Documents: invoices, credit notes, slips, and the invoices that members ask for."""
