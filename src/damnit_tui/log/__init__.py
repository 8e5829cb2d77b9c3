"""Reading a log on the screen, without a screen."""
