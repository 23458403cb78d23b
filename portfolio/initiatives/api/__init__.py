"""The slice's API."""
