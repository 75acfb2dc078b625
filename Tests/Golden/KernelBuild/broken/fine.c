// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init fine_init(void)
{
	return 0;
}

module_init(fine_init);
MODULE_DESCRIPTION("builds");
MODULE_LICENSE("GPL");
