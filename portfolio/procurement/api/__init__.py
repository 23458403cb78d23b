"""The API of procurement."""
