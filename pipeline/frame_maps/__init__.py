"""Maps of windows brought to frames in time, for what measures maps and for what draws them."""
