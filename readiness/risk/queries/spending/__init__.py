"""Amounts at stake and what of them is likely abandoned, for jobs and for readers."""
