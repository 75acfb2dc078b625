@hrtimer_init_1_direct@
expression E0, E1, E2, E3;
@@
-hrtimer_init(&E0, E1, E2);
+hrtimer_setup(&E0, E3, E1, E2);
...
-E0.function = E3;

@hrtimer_init_1_pointed@
expression E0, E1, E2, E3;
@@
-hrtimer_init(E0, E1, E2);
+hrtimer_setup(E0, E3, E1, E2);
...
-E0->function = E3;

@hrtimer_init_1_direct_before@
expression E0, E1, E2, E3;
@@
-E0.function = E3;
...
-hrtimer_init(&E0, E1, E2);
+hrtimer_setup(&E0, E3, E1, E2);

@hrtimer_init_1_pointed_before@
expression E0, E1, E2, E3;
@@
-E0->function = E3;
...
-hrtimer_init(E0, E1, E2);
+hrtimer_setup(E0, E3, E1, E2);
