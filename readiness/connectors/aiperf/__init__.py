"""Results of AIPerf: its summary as JSON and CSV, and its records per request."""
