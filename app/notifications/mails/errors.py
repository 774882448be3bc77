"""Orders that no mail can be made from."""


class MailOrderRefused(ValueError):
    """An unknown template, or data that does not fill it: a mistake of the program, not of a user."""
