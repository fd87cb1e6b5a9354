"""The service: settings, channels, guard, ledger and the command line.

Imports run one way, ``bot -> actions -> nlu``; :mod:`bot.app` is the one place where parts are wired.
"""
