"""Pages of reward modes: what there is, what the law says, who approved."""
