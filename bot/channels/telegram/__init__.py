"""Telegram, on python-telegram-bot's client: by webhook inside our server, or by polling for development."""
