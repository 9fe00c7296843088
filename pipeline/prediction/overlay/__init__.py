"""The video that a person looks at: attention, gaze and the best classes drawn over each frame."""
