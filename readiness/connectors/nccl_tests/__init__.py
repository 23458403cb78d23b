"""Output of nccl-tests, the benchmark of collective communication between accelerators."""
