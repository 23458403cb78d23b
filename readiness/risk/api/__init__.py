"""`/api/v1/`: what is told of risk."""
