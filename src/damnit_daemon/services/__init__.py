"""Operations on a whole DAMNIT folder; the terminal app never imports this."""
