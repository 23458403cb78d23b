"""Writes of what leaves the cockpit."""
