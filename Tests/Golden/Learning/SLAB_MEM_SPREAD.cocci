@SLAB_MEM_SPREAD_1@
expression E;
@@
-E | SLAB_MEM_SPREAD
+E

@SLAB_MEM_SPREAD_2@
expression E1;
identifier E0;
@@
-kmem_cache_create("btrfs_delayed_node", sizeof(struct E0), E1, SLAB_MEM_SPREAD, NULL)
+KMEM_CACHE(E0, E1)

@SLAB_MEM_SPREAD_3@
expression E0, E2, E3;
identifier E1;
@@
-kmem_cache_create(E0, sizeof(struct E1), E2, SLAB_MEM_SPREAD, E3)
+KMEM_CACHE(E1, E2)

@SLAB_MEM_SPREAD_4@
expression E0, E1, E2;
@@
-(E0 | E1 | SLAB_MEM_SPREAD | E2)
+E0 | E1 | E2
