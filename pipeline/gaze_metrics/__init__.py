"""How well maps show where the wearer looked: metrics with fixed definitions, and baselines."""
