"""CRM: an organization's programs, who takes part in them, and their events (seed 000)."""
