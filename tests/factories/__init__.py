"""Plain functions that build unsaved rows, one file per package."""
