"""`make bench`: what a user waits for, as ratios against floors run in the same minute."""
