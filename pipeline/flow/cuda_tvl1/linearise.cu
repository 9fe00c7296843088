// LINEARISE. A warp's residual, linear about its flow u0 (Zach et al. 2007, section 3):
//   rho(u) = I1(x + u0) + g . (u - u0) - I0(x),   g = grad I1 (x + u0)
// kept as g and the constant I1(x + u0) - g . u0 - I0(x).

// The four pixels about a place on an axis, and their weights by Keys' cubic kernel (1981):
//   |t| <= 1: (a + 2)|t|^3 - (a + 3)|t|^2 + 1;   |t| < 2: a|t|^3 - 5a|t|^2 + 8a|t| - 4a
// At a fraction of 0 they are 0 1 0 0 exactly, so that still pairs have no flow at all.
struct Taps {
    int pixel[4];
    float weight[4];
    bool are_inside;
};

__device__ inline Taps find_taps(float place, int size, float a, bool is_border_zero) {
    const float below = floorf(place), t = place - below, s = 1 - t;
    Taps taps;
    taps.weight[0] = a * t * s * s;
    taps.weight[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
    taps.weight[2] = ((a + 2) * s - (a + 3)) * s * s + 1;
    taps.weight[3] = a * s * t * t;
    taps.are_inside = below >= 1 && below < size - 2;
    for (int tap = 0; tap < 4; ++tap) {
        const float wanted = below + (tap - 1);
        const float pixel = fminf(fmaxf(wanted, 0.0f), size - 1.0f);
        taps.pixel[tap] = int(pixel);
        if (is_border_zero && pixel != wanted) taps.weight[tap] = 0;
    }
    return taps;
}

// Sums over 4 x 4 pixels by their weights.
struct Sample {
    float image, g1, g2, total;  // I1, its gradient, and the weights themselves
};

template <typename Place>
__device__ inline Sample sample_cubic(const Problem& problem, const float* second,
                                      const Taps& across, const Taps& down, Place place) {
    const float* gradient_x = plane(problem, GRADIENT_X);
    const float* gradient_y = plane(problem, GRADIENT_Y);
    Sample sample = {};
#pragma unroll
    for (int row = 0; row < 4; ++row) {
#pragma unroll
        for (int column = 0; column < 4; ++column) {
            const float weight = down.weight[row] * across.weight[column];
            const int pixel = place(row, column);
            sample.image += weight * second[pixel];
            sample.g1 += weight * gradient_x[pixel];
            sample.g2 += weight * gradient_y[pixel];
            sample.total += weight;
        }
    }
    return sample;
}

__device__ inline void linearise(const Problem& problem, const Slot& slot) {
    const Level& level = problem.levels[slot.level];
    const int width = level.width, height = level.height;
    const float* first = pyramid_image(problem, 0, slot.level);
    const float* second = pyramid_image(problem, 1, slot.level);
    for_each_pixel(width, height, [&](int x, int y) {
        const int pixel = y * width + x;
        const float u1 = flow_plane(problem, slot.flow_side, 0)[pixel];
        const float u2 = flow_plane(problem, slot.flow_side, 1)[pixel];
        const Taps across = find_taps(x + u1, width, problem.cubic_a, problem.is_border_zero);
        const Taps down = find_taps(y + u2, height, problem.cubic_a, problem.is_border_zero);
        Sample sample;
        if (across.are_inside && down.are_inside) {  // addresses in steps, half the instructions
            const int corner = down.pixel[0] * width + across.pixel[0];
            sample = sample_cubic(problem, second, across, down, [&](int row, int column) {
                return corner + row * width + column;
            });
        } else {
            sample = sample_cubic(problem, second, across, down, [&](int row, int column) {
                return down.pixel[row] * width + across.pixel[column];
            });
        }
        if (!problem.is_border_zero) {  // exact by 1, which the fast division need not be
            sample.image = __fdiv_rn(sample.image, sample.total);
            sample.g1 = __fdiv_rn(sample.g1, sample.total);
            sample.g2 = __fdiv_rn(sample.g2, sample.total);
        }
        plane(problem, WARPED_X)[pixel] = sample.g1;
        plane(problem, WARPED_Y)[pixel] = sample.g2;
        plane(problem, CONSTANT)[pixel] =
            sample.image - sample.g1 * u1 - sample.g2 * u2 - first[pixel];
    });
}
