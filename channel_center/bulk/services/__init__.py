"""Begins, does and stops work on many shops; tells chosen shops something."""
