"""Looking inside a cell: drawing and walking through its data. Imports numpy: never at start-up."""
