// SPDX-License-Identifier: GPL-2.0-or-later
// Needs a function of another module of the same driver.
#include <linux/module.h>

int kmend_base_value(void);

static int __init above_init(void)
{
	pr_info("the value is %d\n", kmend_base_value());
	return 0;
}
module_init(above_init);

static void __exit above_exit(void)
{
}
module_exit(above_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
