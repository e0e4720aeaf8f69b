"""What a lecturer keeps on disk: assignments, class list, quizzes and the secret."""
