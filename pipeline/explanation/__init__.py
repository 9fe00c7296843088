"""Why a network names an action: maps of any network's evidence, and how far maps can be trusted.

Apart from `pipeline.evaluation`, whose code scores depend on.
"""
