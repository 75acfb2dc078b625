typedef unsigned int u32;
typedef unsigned short u16;
