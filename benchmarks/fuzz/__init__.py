"""Damaged bodies of all four APIs, read: ``python -m benchmarks.fuzz``."""
