"""The terminal behind the app: driver, screen diff, key decoding, clipboard, graphics."""
