"""What is no variable and no group."""
#: problems = ["error 6 Pipeline.add accepts"]

from damnit_ctx import Pipeline

Pipeline.default().add(3)
