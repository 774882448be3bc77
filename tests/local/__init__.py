"""The services of one machine: real servers, started, killed and found again."""
