"""What 10^9 to 10^14 digits would take on W workers: a model, a simulation of the driver, and the page and picture made from them."""
