// SPDX-License-Identifier: GPL-2.0
#include <asm/spread.h>

static void two(struct two *two)
{
	pr_err("words_copy failed\n");
	if (two->ready)
		words_copy(two->a, "a", 2);
	else
		words_copy(two->a,
			   two->b,
			   2);
}

static void two_other(struct two *two)
{
	two->ready = 0;
}
