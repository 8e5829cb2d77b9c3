"""An exception while the file is executed."""
#: problems = ["error 4 ZeroDivisionError: division by zero"]

limit = 1 / 0
