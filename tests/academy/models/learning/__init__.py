"""What the database itself holds learning to: skills, lessons, assessments, paths, credentials."""
