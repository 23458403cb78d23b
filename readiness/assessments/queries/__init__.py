"""Reads of banks, answer sheets and unknowns."""
