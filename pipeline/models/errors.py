"""The two ways in which a network can be wrong: as it is built, and as it is loaded."""


class ModelError(ValueError):
    """A network cannot be built as asked."""


class WeightsError(ValueError):
    """A checkpoint cannot be read, or does not fit the network."""
