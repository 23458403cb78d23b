"""Imports of registers: a file is staged, shown, and then published whole or not at all."""
