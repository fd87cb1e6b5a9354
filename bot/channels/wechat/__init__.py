"""The WeChat official account: replies within its five seconds, or by customer-service message."""
