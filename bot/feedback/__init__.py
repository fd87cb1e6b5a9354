"""What people say of the signals, and what follows from it.

Staff give verdicts, borrowers and whoever was named object, a second person decides appeals, corrected results
reach the borrower, and what was judged becomes candidate training examples that a person approves. A signal
itself is never changed.
"""
