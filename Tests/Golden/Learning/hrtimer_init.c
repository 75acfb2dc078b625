static void thing_start(struct thing *thing)
{
	hrtimer_init(&thing->tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	thing->tick.function = thing_tick;
	hrtimer_start(&thing->tick, thing->period, HRTIMER_MODE_REL);
}

static void other_start(struct hrtimer *timer, int kind)
{
	hrtimer_init(timer, CLOCK_REALTIME, HRTIMER_MODE_ABS);
	if (kind)
		timer->function = other_tick;
	else
		timer->function = third_tick;
}

static void third_start(struct thing *thing, struct hrtimer *timer)
{
	timer->function = third_tick;
	hrtimer_init(&thing->tick, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	thing->count = 0;
	thing->tick.function = thing_tick;
}
