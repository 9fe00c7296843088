"""The fault of annotations that no clip-by-clip exclusion can mend."""


class AnnotationError(ValueError):
    """An annotation file is absent, unreadable or empty; the message names path and remedy."""
