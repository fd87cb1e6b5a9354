"""How well the understanding understands: labelled rows in, figures and a report out.

Nothing here does network or database IO; what is measured is handed in.
"""
