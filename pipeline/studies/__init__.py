"""Tables of papers, run as DVC experiments: rows of overrides, beside what was printed."""
