"""The daemon's jobs as the screen tells them."""
