// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init conditional_init(void)
{
	pr_info("conditional: %s\n", "hello");
	return 0;
}

static void __exit conditional_exit(void)
{
}

module_init(conditional_init);
module_exit(conditional_exit);
MODULE_DESCRIPTION("one module of one file");
MODULE_LICENSE("GPL");
