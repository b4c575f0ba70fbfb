"""The control door, `/_playground`: acts as people, shows what they see, and sets the weather.

Tests, demos and curious people use it; an app under test never does.
"""
