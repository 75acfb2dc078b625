#define get_spread(p) (*(p))
