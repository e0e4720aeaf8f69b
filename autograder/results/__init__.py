"""What is known about a submission: the schema, the files, final scores, and what students may see of them."""
