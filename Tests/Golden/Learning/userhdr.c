struct mine {
	void *userhdr;
};

static int doit(struct sk_buff *skb, struct genl_info *info, struct mine *m)
{
	struct thing_header *header = info->userhdr;

	m->userhdr = header;
	return ((struct thing_header *)info->userhdr)->version;
}
