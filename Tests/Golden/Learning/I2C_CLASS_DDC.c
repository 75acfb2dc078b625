static struct i2c_adapter thing_adapter = {
	.owner = THIS_MODULE,
	.class = I2C_CLASS_DDC,
	.name = "thing",
};

static void thing_init(struct thing *t)
{
	t->adapter.class = I2C_CLASS_DDC;
	t->adapter.owner = THIS_MODULE;
}
