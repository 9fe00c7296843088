"""How near the CUDA backend of TV-L1 comes to its device: ``python -m benchmarks.flow_gpu``."""
