#include <linux/module.h>
#include <asm/unaligned.h>	/* get_unaligned() */
#include <linux/slab.h>

int x;
