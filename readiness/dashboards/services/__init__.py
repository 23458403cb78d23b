"""Writes that span every slice."""
