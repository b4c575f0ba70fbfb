"""Process groups of this host: started in order, found again, ended for sure."""
