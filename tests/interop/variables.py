"""Which variables the context files declare, without running them."""

from __future__ import annotations

import ast

from .sides import CONTEXTS


def names(context: str) -> list[str]:
    """Names of the top-level variables, in the file's order."""
    tree = ast.parse((CONTEXTS / f"{context}.py").read_text())
    return [node.name for node in tree.body if _is_variable(node)]


def _is_variable(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        "Variable" in ast.dump(decorator) for decorator in node.decorator_list
    )
