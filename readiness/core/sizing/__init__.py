"""Sizing: from a workload and one measurement to replicas, with a range. Pure: no Django, no clock, no I/O."""
