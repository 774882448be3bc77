"""What tests stand on: databases, clients, people, and the record of proven requirements."""
