"""`GET /identity/me`: the account behind the token and what it is in each system (A-AUT-04).

It is a flow because identity lies below the systems and may not see them.
"""
