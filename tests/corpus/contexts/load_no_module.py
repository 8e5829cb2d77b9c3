"""An import that fails."""
#: problems = ["error 4 no_such_module_anywhere"]

import no_such_module_anywhere  # noqa: F401
