"""Reports of inference-perf (kubernetes-sigs)."""
