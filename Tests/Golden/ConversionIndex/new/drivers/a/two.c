// SPDX-License-Identifier: GPL-2.0
#include <linux/spread.h>

static void two(struct two *two)
{
	pr_err("words_scopy failed\n");
	if (two->ready)
		words_scopy(two->a, "a", 2);
	else
		words_scopy(two->a,
			   two->b,
			   2);
}

static void two_other(struct two *two)
{
	two->ready = 0;
}
