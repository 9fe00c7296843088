"""How fast and how right each TV-L1 backend is: ``python -m benchmarks.flow``."""
