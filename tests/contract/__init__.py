"""What holds for the whole service: its document, its rights, its packaging and its deployment."""
