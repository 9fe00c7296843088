"""The fault of a prediction that the user can mend."""


class PredictionError(ValueError):
    """A video, a model or a wish that cannot be served; the message says what was found."""
