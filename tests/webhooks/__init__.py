"""What comes in from providers."""
