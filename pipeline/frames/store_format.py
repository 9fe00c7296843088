"""What writer and reader of an image store agree on; the schema is in docs/frames.md."""

VERSION = 1
ENTRIES_PER_ITEM = {"frames": 1, "flow": 2}
CHANNELS = {"frames": 3, "flow": 1}

Attribute = str | int | float


class StoreError(RuntimeError):
    """An image store is missing, broken, or cannot be written."""
