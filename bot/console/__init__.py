"""The console of risk control and consumer protection: one web shell and the parts that are added to it.

A part is a module in ``bot/console/parts`` with a function ``part(desk) -> Part``, which declares pages below
``/console``, changes made by forms, and routes below ``/api``. The shell knows who is asking, refuses what a role
may not do, checks that a change was meant, renders templates and answers errors; parts contain none of that.
"""
