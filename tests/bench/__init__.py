"""The bench's own arithmetic: figures that decide whether a promise is kept must be right."""
