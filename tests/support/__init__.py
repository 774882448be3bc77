"""What the tests lean on: a database per worker, people instead of tokens, the worker on demand."""
