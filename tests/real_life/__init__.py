"""Context files as experiments have them, through both programs."""
