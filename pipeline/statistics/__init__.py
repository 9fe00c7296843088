"""Intervals and paired tests for numbers whose clips come in sessions, all seeded."""
