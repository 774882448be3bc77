"""Studio: authoring of training content for clients, behind row-level security (seed 004)."""
