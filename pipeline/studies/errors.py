"""What is wrong with a study."""


class StudyError(ValueError):
    """A study's file, one of its rows, or the place it runs in; the message says which and what."""
