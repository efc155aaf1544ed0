"""Metrics: frame in, frame out; definitions and their sources stand in docs/metrics.md.

They know frames only: no account, no source, no clock.
"""
