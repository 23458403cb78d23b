"""Results of LLMPerf (ray-project/llmperf): summaries and individual requests."""
