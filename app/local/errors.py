"""What can go wrong on one machine, said so that the reader knows what to do next."""


class LocalError(Exception):
    """A local service or the state folder cannot be used. The message is for the person at the keyboard."""
