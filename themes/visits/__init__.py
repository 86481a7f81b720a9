"""What browsers tell of visits."""
