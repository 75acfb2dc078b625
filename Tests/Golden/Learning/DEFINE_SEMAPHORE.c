static DEFINE_SEMAPHORE(thing_lock);
DEFINE_SEMAPHORE(other_lock);
