"""What modes would owe and could pay: the engine run over invented orders."""
