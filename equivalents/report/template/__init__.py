"""The Chinese workbook to fill in: its words, its drop-downs and checks, its sheets."""
