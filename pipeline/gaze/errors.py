"""The error of a gaze file that cannot be used."""


class GazeError(ValueError):
    """A gaze file is missing or broken; the message names file, line, found and expected."""
