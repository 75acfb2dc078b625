@prandom_u32_max_1@
expression E0;
@@
-prandom_u32_max(E0)
+get_random_u32_below(E0)

@prandom_u32_max_2@
@@
-prandom_u32_max
+get_random_u32_below
