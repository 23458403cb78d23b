"""Pure decisions of procurement."""
