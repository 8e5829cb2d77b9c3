"""The app's persistent state of each user: settings, saved views, the last session."""
