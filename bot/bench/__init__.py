"""The benchmark: the product and a stock Rasa assistant under the same messages, in one run on one machine.

It drives real processes over HTTP and knows nothing of what is inside them but their signals. It is no part
of the service, and nothing of the service imports it.
"""
