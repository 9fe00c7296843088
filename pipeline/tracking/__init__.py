"""Experiment tracking: the only package that imports mlflow."""
