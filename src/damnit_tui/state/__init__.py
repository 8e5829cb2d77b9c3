"""What the app remembers of each user: the only door to their own files. For workers."""
