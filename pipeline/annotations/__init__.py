"""From a data set's own annotation files to one table of clips, with its split protocol."""
