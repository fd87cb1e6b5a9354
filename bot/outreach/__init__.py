"""Words to borrowers that no message asked for: warnings of risk control, and questions what became of a threat."""
