// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init wrong_init(void)
{
	int unused;

	return kmend_no_such_function(THIS_MODULE);
}

module_init(wrong_init);
MODULE_DESCRIPTION("does not compile");
MODULE_LICENSE("GPL");
