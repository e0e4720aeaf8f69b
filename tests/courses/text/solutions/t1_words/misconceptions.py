from autograder.checks import hints

hints("longest", "How long is a word?", "max takes a key.")
