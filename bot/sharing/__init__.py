"""What an institution tells its alliance of confirmed cases, and what it learns from its partners' lists.

Only contacts of the other side cross, with a marking and with everything that was later said against them.
"""
