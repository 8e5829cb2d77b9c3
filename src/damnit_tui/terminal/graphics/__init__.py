"""How pictures get to the terminal: which way it takes, and the one place where they are sent.

Half blocks and shades are text. Pixels go by kitty's graphics protocol with Unicode placeholders:
the image is sent once, and characters in the cells say which part of it belongs there, so that
clipping, scrolling, boxes above it and tmux need no care. The rest of the app paints *pieces*
(`pieces.py`), one private character a cell; the driver turns them into placeholders.
"""
