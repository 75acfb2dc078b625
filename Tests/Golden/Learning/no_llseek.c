static const struct file_operations a_fops = {
	.owner	= THIS_MODULE,
	.llseek	= no_llseek,	/* no seeking */
	.open	= a_open,
};

static const struct file_operations b_fops = {
	.open = a_open, .llseek = no_llseek
};

static struct file_operations c_fops;

static int __init thing_init(void)
{
	c_fops.llseek = no_llseek;
	c_fops.open = a_open;
	return 0;
}
