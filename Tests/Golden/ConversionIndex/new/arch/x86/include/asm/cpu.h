struct cpuinfo;
int cpu_words(struct cpuinfo *c);
