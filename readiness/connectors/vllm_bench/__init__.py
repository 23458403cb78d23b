"""Results of `vllm bench serve`, `vllm bench throughput` and the scripts before them."""
