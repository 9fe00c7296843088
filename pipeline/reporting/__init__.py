"""Metrics file, tables, figures and the one-page report; reads results, makes none."""
