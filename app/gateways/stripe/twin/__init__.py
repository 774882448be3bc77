"""Stripe on this machine: its protocol, its objects, its signed webhooks, its moods. Refused in production.

Not a mock: the gateway's real client talks to it over a real socket, and what it answers has the fields of the real
thing, so that the code that runs in production is the code that runs here. State is a SQLite file; a restart loses
nothing, least of all a webhook that is still to be delivered.
"""
