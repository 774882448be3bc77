"""What the tables of the CRM accept and refuse."""
