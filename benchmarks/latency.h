/* Latencies in exact microseconds: one counter for each microsecond up to ten seconds, so that no percentile is a guess. */
#ifndef BELLHOP_LATENCY_H
#define BELLHOP_LATENCY_H

#include <stdint.h>

enum { LATENCY_BUCKETS = 10 * 1000 * 1000 };

static uint32_t latency_counts[LATENCY_BUCKETS];
static uint64_t latency_total, latency_sum_us, latency_max_us;

static void latency_add(uint64_t us) {
    latency_counts[us < LATENCY_BUCKETS ? us : LATENCY_BUCKETS - 1]++;
    latency_total++;
    latency_sum_us += us;
    if (us > latency_max_us) latency_max_us = us;
}

static uint64_t latency_percentile(double share) {
    uint64_t wanted = (uint64_t)(share * (double)latency_total), seen = 0;
    if (wanted >= latency_total) return latency_max_us;
    for (uint64_t us = 0; us < LATENCY_BUCKETS; us++) {
        seen += latency_counts[us];
        if (seen > wanted) return us;
    }
    return latency_max_us;
}

static uint64_t latency_mean(void) { return latency_total ? latency_sum_us / latency_total : 0; }

#endif
