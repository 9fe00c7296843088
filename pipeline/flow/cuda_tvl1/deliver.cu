// DELIVER. A pair's flow, in pixels, or in 8 bits as stored: round(255 (v + bound) / (2 bound)),
// ties to even, within 0 to 255. The twin of quantize.py, to the bit.

constexpr float LEVELS = 255.0f, MIDDLE = LEVELS / 2, LARGEST_FLOAT = 3.4028235e38f;

__device__ inline unsigned char quantize(float pixels, float levels_per_pixel) {
    const float level = __fadd_rn(__fmul_rn(pixels, levels_per_pixel), MIDDLE);
    return (unsigned char)fminf(fmaxf(rintf(level), 0.0f), LEVELS);
}

__device__ inline void deliver(const Problem& problem, const Slot& slot) {
    const Level& level = problem.levels[0];
    const float* u1 = flow_plane(problem, slot.flow_side, 0);
    const float* u2 = flow_plane(problem, slot.flow_side, 1);
    const long long start = 2LL * slot.pair * level.width * level.height;
    int num_clipped = 0, num_not_finite = 0;
    for_each_pixel(level.width, level.height, [&](int x, int y) {
        const int pixel = y * level.width + x;
        const long long place = start + 2 * pixel;
        const float right = u1[pixel], down = u2[pixel];
        num_not_finite += !(fabsf(right) <= LARGEST_FLOAT && fabsf(down) <= LARGEST_FLOAT);
        if (problem.flow) {
            problem.flow[place] = right;
            problem.flow[place + 1] = down;
        }
        if (problem.stored) {
            problem.stored[place] = quantize(right, problem.levels_per_pixel);
            problem.stored[place + 1] = quantize(down, problem.levels_per_pixel);
            num_clipped += fmaxf(fabsf(right), fabsf(down)) > problem.bound_pixels;
        }
    });
    if (num_clipped > 0) atomicAdd(&problem.num_clipped[slot.pair], num_clipped);
    if (num_not_finite > 0) atomicAdd(&problem.progress[NUM_NOT_FINITE], num_not_finite);
}
