"""The JSON interface of this slice."""
