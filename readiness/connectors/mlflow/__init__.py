"""Answers of an MLflow tracking server."""
