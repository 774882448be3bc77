"""The ceilings: the hot paths as bare programs, Starlette and asyncpg with the fewest statements.

Same schema, same rows written, same answers; the harness compares both before it measures. What they leave out is what
a product has and a bare program has not: limits, logs, metrics, request ids, refusals with reasons, other routes.
They know nothing of `app` but the pipe that ends them with their supervisor.
"""
