"""A file that ends the program."""
#: problems = ["error 6 sys.exit(0)"]

import sys

sys.exit(0)
