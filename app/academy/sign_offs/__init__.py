"""Sign-offs: levels that somebody has shown and that an instructor has to sign for, and what they said (A-SKL-09)."""
