"""Answers of Prometheus and of what speaks its API: Thanos, Mimir, VictoriaMetrics."""
