"""Spreadsheets from strangers: checked as an archive first, then parsed in a child that can be killed."""
