"""Privacy: where data of borrowers lies, how long it stays, and what a person may ask of it."""
