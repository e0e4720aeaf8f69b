"""Results to and from other systems, one module a system; ci/ runs on their machines."""
