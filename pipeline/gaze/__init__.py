"""Eye gaze: tracker files to one point, kind and map a session frame, and training targets."""
