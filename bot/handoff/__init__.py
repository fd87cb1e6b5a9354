"""People of ours who take over a conversation: their hours, their queue, and what they read and write."""
