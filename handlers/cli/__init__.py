"""The command line. `app.py` runs what it asks for."""
