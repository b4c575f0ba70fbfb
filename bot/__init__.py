"""The decisions. No I/O here: what the bot needs from the world it is handed as ports."""
