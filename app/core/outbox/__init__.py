"""Domain events, jobs and schedules: what must follow a change is written in its transaction and never lost."""
