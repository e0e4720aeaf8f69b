"""The student's hour: finding the work, checking it, hints, a new start, a look at the machine, training."""
