"""Logs and submissions of MLPerf Inference (loadgen)."""
