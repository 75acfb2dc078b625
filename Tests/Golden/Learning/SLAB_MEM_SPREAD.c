static int __init cache_init(void)
{
	cache = kmem_cache_create("thing", sizeof(struct thing), 0,
				  SLAB_RECLAIM_ACCOUNT | SLAB_MEM_SPREAD |
				  SLAB_ACCOUNT, init_once);
	other = kmem_cache_create("other", 8, 0,
				  (SLAB_MEM_SPREAD | SLAB_ACCOUNT), NULL);
	return cache && other ? 0 : -ENOMEM;
}
