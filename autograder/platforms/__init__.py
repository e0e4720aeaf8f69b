"""Results to and from other systems, one module for each system. ci/ runs on the machines of these systems."""
