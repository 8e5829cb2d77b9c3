"""The jobs screen."""
