"""Reads of what leaves the cockpit."""
