"""What stands in packs and minutes: read in a constant number of statements, laid out as pages."""
