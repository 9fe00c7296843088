"""Optical flow by TV-L1: stored frames to one store of quantised flow a session."""
