"""What learning paths are: their catalogue, steps, groups and offers. People in them are elsewhere."""
