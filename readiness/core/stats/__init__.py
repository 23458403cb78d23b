"""Statistics that sizing and risk both stand on."""
