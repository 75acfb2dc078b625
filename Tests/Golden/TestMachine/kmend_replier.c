// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/module.h>

int kmend_answer(void);

int kmend_answer(void)
{
	return 42;
}
EXPORT_SYMBOL_GPL(kmend_answer);

static int __init replier_init(void)
{
	return 0;
}

static void __exit replier_exit(void)
{
}

module_init(replier_init);
module_exit(replier_exit);
MODULE_ALIAS("kmend-answer");
MODULE_DESCRIPTION("is asked for by an alias");
MODULE_LICENSE("GPL");
