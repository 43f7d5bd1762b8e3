"""Files in: tables and records read strictly, coded, and every fault located."""
