"""Decoded frames: video files to one JPEG store a session, decoded and resized once."""
