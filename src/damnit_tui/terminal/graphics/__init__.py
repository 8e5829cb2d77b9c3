"""Terminal graphics: the choice of a protocol, and the only module that sends images.

Half blocks and shades are text. Pixels use kitty's graphics protocol with Unicode placeholders:
the image is sent once, and characters in the cells encode which part of it belongs there, so that
clipping, scrolling, dialogs above it and tmux need no care. The rest of the app paints *pieces*
(`placeholders.py`), one private character a cell; `ScreenDiff` turns them into placeholders.
"""
