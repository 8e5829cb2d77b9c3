"""What the app remembers of each user: settings, saved views, the last session."""
