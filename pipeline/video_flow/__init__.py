"""Flow of any one video file, for people who want nothing else; no stage of the graph uses it."""
