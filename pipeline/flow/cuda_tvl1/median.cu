// MEDIAN. u := the median of u over MEDIAN_PIXELS x MEDIAN_PIXELS, border repeated (Wedel et al.,
// 2009, as in OpenCV's CPU code).

// Swaps two values if they are not in order.
__device__ inline void order(float& smaller, float& larger) {
    const float first = smaller;
    smaller = fminf(first, larger);
    larger = fmaxf(first, larger);
}

// Of half the window and two more, neither the smallest nor the largest can be the median of all:
// both leave, one more value comes in, and again, until one is left. The smallest is among the
// smaller ones of pairs, and comes to the front; the largest to the back.
template <typename Value>
__device__ inline float find_median(Value value) {
    constexpr int WINDOW = MEDIAN_PIXELS * MEDIAN_PIXELS, KEPT = WINDOW / 2 + 2;
    float kept[KEPT];
#pragma unroll
    for (int n = 0; n < KEPT; ++n) kept[n] = value(n);
#pragma unroll
    for (int count = KEPT; count >= 3; --count) {
#pragma unroll
        for (int n = 0; n < count / 2; ++n) order(kept[n], kept[count - 1 - n]);
#pragma unroll
        for (int n = 1; n < (count + 1) / 2; ++n) order(kept[0], kept[n]);
#pragma unroll
        for (int n = count / 2; n < count - 1; ++n) order(kept[n], kept[count - 1]);
        if (count > 3) kept[0] = value(WINDOW + 3 - count);
    }
    return kept[1];
}

__device__ inline void filter_by_median(const Problem& problem, const Slot& slot) {
    const Level& level = problem.levels[slot.level];
    for (int component = 0; component < 2; ++component) {
        const float* flow = flow_plane(problem, slot.flow_side, component);
        float* filtered = flow_plane(problem, slot.flow_side ^ 1, component);
        for_each_pixel(level.width, level.height, [&](int x, int y) {
            filtered[y * level.width + x] = find_median([&](int n) {
                const int column = x + n % MEDIAN_PIXELS - MEDIAN_PIXELS / 2;
                const int row = y + n / MEDIAN_PIXELS - MEDIAN_PIXELS / 2;
                const int nearest_column = min(max(column, 0), level.width - 1);
                const int nearest_row = min(max(row, 0), level.height - 1);
                return flow[nearest_row * level.width + nearest_column];
            });
        });
    }
}
