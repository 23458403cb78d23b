"""What the outside world measured: files and services read into frozen readings. Knows nothing of our models."""
