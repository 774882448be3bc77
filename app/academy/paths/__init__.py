"""Learning paths: which courses follow each other, what opens them and what counts."""
