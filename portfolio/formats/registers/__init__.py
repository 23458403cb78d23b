"""Registers of AI initiatives as they come: CSV, JSON and XLSX files, mappings, keys and profiles."""
