"""The people of the institution who use the console: accounts, passwords, sessions."""
