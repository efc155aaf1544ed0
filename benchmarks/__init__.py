"""What is fast, measured: ``python -m benchmarks`` runs everything, ``python -m benchmarks.decode`` one subject."""
