int main(void) { words_copy(a, b, 1); }
