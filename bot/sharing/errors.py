"""What can go wrong with sharing, in words for the person who asked."""


class SharingError(Exception):
    """Something cannot be shared, taken back or read; one line with cause and mend."""
