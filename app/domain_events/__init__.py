"""Everything that can ever happen, one file per package. Floor 1: every domain may read it, it imports none."""
