"""The baseline: a project on stock django-tenants, as its documentation says."""
