// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init single_init(void)
{
	pr_info("single: %s\n", SINGLE_GREETING);
	return 0;
}

static void __exit single_exit(void)
{
}

module_init(single_init);
module_exit(single_exit);
MODULE_DESCRIPTION("one module of one file");
MODULE_LICENSE("GPL");
