"""Education campaigns: short dialogues in which a borrower practises to resist a scam."""
