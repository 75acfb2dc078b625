// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static int __init crlf_init(void)
{
	pr_info("crlf: %s\n", "hello");
	return 0;
}

static void __exit crlf_exit(void)
{
}

module_init(crlf_init);
module_exit(crlf_exit);
MODULE_DESCRIPTION("one module of one file");
MODULE_LICENSE("GPL");
