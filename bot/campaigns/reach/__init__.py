"""What came of campaigns: whom they reached, and what was learnt."""
