"""The CRM."""
