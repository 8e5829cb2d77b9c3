"""What is done to a DAMNIT folder as a whole; the terminal app never imports this."""
