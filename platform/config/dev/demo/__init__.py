"""What the demo's shops sell, and whom they sold it to."""
