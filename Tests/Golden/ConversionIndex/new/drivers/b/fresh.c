static void fresh(void) { words_scopy(a, b, 1); }
