"""Charts as SVG, drawn by the server: legible without scripts, with hover figures where scripts run."""

from bot.console.charts.bars import Bar, bars, funnel
from bot.console.charts.series import Series, columns, lines, spark

__all__ = ["Bar", "Series", "bars", "columns", "funnel", "lines", "spark"]
