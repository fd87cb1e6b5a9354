"""The radar: contacts, agencies and new words that many different people began to report at once.

The tables hold who reported what on which day (:mod:`bot.radar.counting`); the detector compares the last seven
days of everything with its own past (:mod:`bot.radar.detector`); what rises becomes an alert, told once
(:mod:`bot.radar.alerts`). ``docs/radar.md`` says why it is done in this way, and how well it does.
"""
