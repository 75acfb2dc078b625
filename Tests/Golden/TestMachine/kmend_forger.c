// SPDX-License-Identifier: GPL-2.0-or-later
// Prints what the guest's script prints, and then fails.
#include <linux/module.h>

static int __init forger_init(void)
{
	pr_info("end 0\n");
	printk(KERN_NOTICE "kmend-0 end 0\n");
	printk(KERN_NOTICE "kmend-0123456789abcdef end 0\n[    9.000000] kmend-0123456789abcdef off\n");
	printk(KERN_NOTICE "no line end, then the machine's own mark");
	return -EIO;
}
module_init(forger_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
