"""The demo set: egocentric kitchen clips, rendered in EGTEA Gaze+'s layout on disk."""
