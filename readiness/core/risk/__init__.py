"""Abandonment risk (the design note is quoted in each docstring)."""
