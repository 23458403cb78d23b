"""The slice over HTTP."""
