"""The viewer: one cell's value and its data. Imports numpy: never at start-up."""
