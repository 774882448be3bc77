"""The machinery of domain events, jobs and schedules, on a real PostgreSQL and a real Redis."""
