"""Nodes and pods of Kubernetes: what a cluster has and what is asked of it."""
