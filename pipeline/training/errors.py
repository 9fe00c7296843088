"""The fault of a training run that cannot begin or go on."""


class TrainingError(RuntimeError):
    """A phase cannot be trained: what is wrong, what was found, and what to do."""
