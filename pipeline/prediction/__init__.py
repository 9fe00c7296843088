"""A user's own video: its actions over time, and where the networks looked. No stage of the graph.

Everything is streamed, so that memory does not grow with the video.
"""
