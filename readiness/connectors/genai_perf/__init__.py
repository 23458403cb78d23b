"""Results of GenAI-Perf, AIPerf's predecessor."""
