int main(void) { words_scopy(a, b, 1); }
