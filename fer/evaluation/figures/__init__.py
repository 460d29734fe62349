"""The figures that are kept in models/, as records: who writes them, who reads them."""
