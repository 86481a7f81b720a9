"""What makes things cheaper: promotions, and coupons that people hold."""
