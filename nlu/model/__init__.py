"""The linear model over n-grams of the written and the heard text, its training and its use."""
