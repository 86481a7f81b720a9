"""How blocks of pages are seen and used."""
