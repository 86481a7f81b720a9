"""What happens in a shop, in figures: visits, sales, products, members, money."""
