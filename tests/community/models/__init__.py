"""What the community's tables hold to by themselves, whoever writes into them."""
