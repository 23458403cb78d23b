"""Summaries of k6, in its three shapes."""
