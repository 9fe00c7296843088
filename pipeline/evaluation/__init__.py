"""Scoring by a stated protocol, metrics, late fusion, and what a model looked at."""
