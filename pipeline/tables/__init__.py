"""The index's tables: one schema and one reader each, for index and for all later stages."""
