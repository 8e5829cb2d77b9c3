"""An empty file."""
#: order = []
#: values = {}
