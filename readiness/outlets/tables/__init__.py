"""Rows of the pages of this slice."""
