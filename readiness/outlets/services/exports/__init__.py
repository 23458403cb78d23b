"""Exports that come by themselves: planned by a person, made by a job, removed after their days."""
