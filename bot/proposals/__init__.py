"""Changes of wording and numbers that one person proposes and another decides on."""
