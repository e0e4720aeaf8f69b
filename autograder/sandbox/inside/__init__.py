"""All that the sandboxed process may import. Nothing here knows a check, a solution or an expected value."""
