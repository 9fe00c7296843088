"""The commands for people who look after weights: list, fetch, verify, import.

It stands apart from `pipeline.models`, so that a change here trains no network again.
"""
