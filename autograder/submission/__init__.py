"""Submissions: which student's file answers which assignment, what its text is, and when it came.

The questions, in the order in which a download meets them, and the modules that answer them:

    What does a name say?                                               names; if a system gave it: layouts, attempts
    Which files have a student's name and an assignment's in theirs?    side_by_side
    What lies in a folder, a zip, or Gradescope's export?               folder, archives, gradescope_export
    One student or a class? And in which folders are the students?      classes
    Which of their entries is whose?                                    whose
    Which entries are the same person's?                                places
    What may each file of one student be?                               student_file, student_files
    Which of them answers an assignment? What lies there if none does?  search, instead; of a clone's branches: clone
    What was found, for everybody and every assignment?                 find, found
    What is its text?                                                   source
    When did it come?                                                   times
"""
