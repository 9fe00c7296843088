"""The flow package's own error."""


class FlowError(RuntimeError):
    """Flow cannot be computed as asked, or came out incomplete."""
