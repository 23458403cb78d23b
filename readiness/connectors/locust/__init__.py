"""Statistics of Locust, as CSV and JSON."""
