// SPDX-License-Identifier: GPL-2.0-or-later
// Refuses to load for want of its hardware.
#include <linux/module.h>

static int __init enodev_init(void)
{
	pr_info("no such hardware here\n");
	return -ENODEV;
}
module_init(enodev_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
