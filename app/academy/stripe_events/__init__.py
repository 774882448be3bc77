"""What Stripe tells the academy: one listener, which finds whose an event is. One event has one owner.

Seats (`payments`) and paths (`path_payments`) read the same kinds of events and know nothing of each other.
"""
