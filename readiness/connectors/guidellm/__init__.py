"""Reports of GuideLLM, of all three layouts, as JSON, YAML and CSV."""
