"""What each network costs: ``python -m benchmarks.models``."""
