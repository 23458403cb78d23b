"""What counts as a silo, decided without a database."""
