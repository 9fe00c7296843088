"""Maps, gaze and words drawn over the frames of clips, for pages and for films."""
