"""Intervals and paired tests for numbers whose clips come in sessions; numpy alone, all seeded."""
