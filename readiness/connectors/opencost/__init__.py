"""Allocations of OpenCost and Kubecost."""
