"""The student's commands: start, check, hint, show, train, reset, update and doctor, a module each. Behind some of them:

check    checker runs the public checks; screen and check_screen print what came out; watch checks at every save
train    training_run trains, and watcher looks on; predictions has the network's answers; trained_weights keeps the better
         network; training_page shows what it has learnt, with learning_curve, feature_maps, run_before and advice
show     pictures has them drawn
Jupyter  kernel runs the public checks on a notebook's functions; cell_page shows what came out
all      repository knows the student's files; own_file runs one; state is remembered between commands
"""
