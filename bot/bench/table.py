"""A report for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.bench.figures import COLUMNS, Cell, Goal, Line, Report, written

_WIDTH = 150  # where the output goes into a file or pipe


def print_report(report: Report, console: Console | None = None) -> None:
    """Prints the table, the profile by step and what does not count."""
    console = console or Console()
    if not console.is_terminal:
        console = Console(file=console.file, width=_WIDTH)
    console.print(_about(report))
    console.print(_table(report))
    for load, steps in report.profile.items():
        table = Table(f"step ({load})", box=None)
        table.add_column("ms a message", justify="right")
        table.add_column("share", justify="right")
        for step in steps:
            table.add_row(step.name, f"{step.milliseconds:.3f}", f"{step.share:.0%}")
        console.print()
        console.print(table)
    for problem in report.problems:
        console.print(Text(problem, style="bold red"))


def _about(report: Report) -> Text:
    machine, workload = report.about["machine"], report.about["workload"]
    return Text(
        f"{machine['processor']}, {machine['cores']} cores, Rasa {machine['rasa']}, "
        f"{report.about['taken']}\n"
        f"{workload['texts']} texts of the held-out test set (seed {workload['seed']}): "
        f"{workload['threat_share']:.0%} carry a threat, median length "
        f"{workload['median_length']:g} characters\n"
    )


def _table(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 1, 0))
    table.add_column("what", max_width=34)
    for heading in COLUMNS.values():
        table.add_column(heading, justify="right", max_width=24)
    table.add_column("ratio", justify="right")
    table.add_column("goal")
    for line in report.lines:
        cells = (_cells(line, column) for column in COLUMNS)
        ratios = Text("\n").join(map(_ratio, line.goals))
        goals = Text("\n").join(map(_goal, line.goals))
        table.add_row(f"{line.what} [{line.unit}]".replace("[", r"\["), *cells, ratios, goals)
    return table


def _cells(line: Line, column: str) -> str:
    return "\n".join(_cell(cell) for cell in line.cells if cell.column == column)


def _cell(cell: Cell) -> str:
    if cell.value is None:
        # What stands in brackets would be markup; the reason stands below the table.
        return f"{cell.label} does not count".strip()
    told = f"{cell.label} {written(cell.value)}".strip()
    return f"{told}\n({cell.note})" if cell.note else told


def _ratio(goal: Goal) -> Text:
    if goal.value is None:
        return Text("-")
    return Text(f"{written(goal.value)} {goal.unit}", style="green" if goal.met else "yellow")


def _goal(goal: Goal) -> Text:
    reached = {True: "reached", False: "missed", None: "not measured"}[goal.met]
    return Text(f"{goal.of} {goal.wanted}: {reached}")
