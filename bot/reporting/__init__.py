"""Figures of the service for people: what the console, the monthly report and the command line count from."""
