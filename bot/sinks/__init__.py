"""Where events go from the ledger: each sink gets every event at least once, those of one contact in order.

The ledger is the outbox: an event is in it before anything is forwarded, and each sink has a cursor there. A
forwarder moves events from the ledger to one sink; a sink knows how to hand them to one kind of receiver.
``configuration`` reads which sinks there are, ``deliveries`` is what people see and do about them.
"""
