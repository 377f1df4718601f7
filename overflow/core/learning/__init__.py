"""What a live service learns of its people and customers, from what it sees and nothing else."""
