"""From params.yaml and a recipe to one small resolved file per stage.

The only package that knows every stage's section: a stage itself imports its own.
"""
