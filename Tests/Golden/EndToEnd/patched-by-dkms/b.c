// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/string.h>
static char name[16];
static int __init b_init(void)
{
	strlcpy(name, "hello", sizeof(name));
	pr_info("%s\n", name);
	return 0;
}
static void __exit b_exit(void)
{
}
module_init(b_init);
module_exit(b_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("b");
