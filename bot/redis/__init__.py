"""What several processes share on Redis, so that any number of them can serve behind one address.

Keys begin with the prefix of the service, and those that one script touches carry the same hash tag, so
that a Redis Cluster keeps them together. Users and conversations stand there under keyed hashes only.
"""
