"""Community: spaces, posts, courses, events, memberships, messages, points (seed 001)."""
