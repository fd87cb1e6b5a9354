"""Text in the form in which it is understood; every position maps back to the user's own writing."""
