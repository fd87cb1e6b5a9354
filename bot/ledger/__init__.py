"""The ledger: what the service must not forget, written before the first bubble is sent.

Durable means that an awaited write survives ``kill -9`` and power loss. Sinks read the events in
the order of their commits (:meth:`bot.ledger.reading.LedgerView.events`) and remember how far they
got; several processes may write and read one database.
"""
