static struct class *thing_class;

static int __init thing_init(void)
{
	thing_class = class_create(THIS_MODULE, "thing");
	if (IS_ERR(thing_class))
		return PTR_ERR(thing_class);
	other = class_create(THIS_MODULE,
			     "other");
	return 0;
}
