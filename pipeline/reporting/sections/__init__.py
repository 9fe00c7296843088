"""The page's sections, each a function from data to markup."""
