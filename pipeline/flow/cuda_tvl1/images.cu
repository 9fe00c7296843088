// The pyramid: images on their way down it, flow on its way up.

constexpr int BLOCK_WIDTH = 32, BLOCK_HEIGHT = 8;  // threads of a block that does one pixel each

// Calls body(x, y) for this block's share of the pixels.
template <typename Body>
__device__ inline void for_each_pixel(int width, int height, Body body) {
    const int blocks_x = (width + BLOCK_WIDTH - 1) / BLOCK_WIDTH;
    const int blocks = blocks_x * ((height + BLOCK_HEIGHT - 1) / BLOCK_HEIGHT);
    for (int block = blockIdx.x; block < blocks; block += gridDim.x) {
        const int x = block % blocks_x * BLOCK_WIDTH + threadIdx.x;
        const int y = block / blocks_x * BLOCK_HEIGHT + threadIdx.y;
        if (x < width && y < height) body(x, y);
    }
}

// A place between two pixels of an axis: first (1 - weight) + second weight.
struct Between {
    int first, second;
    float weight;
};

// Where a pixel lies on an axis of another size, `step` source pixels to a pixel:
//   (place + 1/2) step - 1/2 if pixel centres are mapped, else place step; within the image.
__device__ inline Between find_between(int place, float step, int size, bool is_centre_aligned) {
    const float wanted = is_centre_aligned ? (place + 0.5f) * step - 0.5f : place * step;
    const float source = fminf(fmaxf(wanted, 0.0f), size - 1.0f);
    const int first = int(source);
    return {first, min(first + 1, size - 1), source - first};
}

__device__ inline float sample_bilinear(const float* image, int width, Between x, Between y) {
    const float* above = image + y.first * width;
    const float* below = image + y.second * width;
    const float upper = above[x.first] * (1 - x.weight) + above[x.second] * x.weight;
    const float lower = below[x.first] * (1 - x.weight) + below[x.second] * x.weight;
    return upper * (1 - y.weight) + lower * y.weight;
}

// SHRINK. Both images at a level: I_0 = bytes, I_s+1 = I_s resized by the scale step, no blur.
__device__ inline void shrink(const Problem& problem, const Slot& slot) {
    const Level& level = problem.levels[slot.level];
    if (slot.level == 0) {
        const int num_pixels = level.width * level.height;
        for (int number = 0; number < 2; ++number) {
            const unsigned char* bytes = problem.pairs + (2LL * slot.pair + number) * num_pixels;
            float* image = pyramid_image(problem, number, 0);
            for_each_pixel(level.width, level.height, [&](int x, int y) {
                image[y * level.width + x] = bytes[y * level.width + x];
            });
        }
        return;
    }
    const Level& finer = problem.levels[slot.level - 1];
    const bool is_centred = problem.is_centre_aligned;
    for (int number = 0; number < 2; ++number) {
        const float* source = pyramid_image(problem, number, slot.level - 1);
        float* image = pyramid_image(problem, number, slot.level);
        for_each_pixel(level.width, level.height, [&](int x, int y) {
            const Between across = find_between(x, problem.shrink, finer.width, is_centred);
            const Between down = find_between(y, problem.shrink, finer.height, is_centred);
            image[y * level.width + x] = sample_bilinear(source, finer.width, across, down);
        });
    }
}

// ENTER the next finer level. The central gradient of I1, border repeated; p = 0; the coarser
// level's flow resized and divided by the scale step, 0 at the coarsest.
__device__ inline void enter_level(const Problem& problem, const Slot& slot) {
    const Level& level = problem.levels[slot.level - 1];
    const bool is_coarsest = slot.level == problem.num_levels;
    const Level& coarser = is_coarsest ? level : problem.levels[slot.level];
    const float step_x = __fdiv_rn(coarser.width, level.width);
    const float step_y = __fdiv_rn(coarser.height, level.height);
    const float* image = pyramid_image(problem, 1, slot.level - 1);
    for_each_pixel(level.width, level.height, [&](int x, int y) {
        const int row = y * level.width, pixel = row + x;
        const int left = max(x - 1, 0), right = min(x + 1, level.width - 1);
        const int above = max(y - 1, 0) * level.width;
        const int below = min(y + 1, level.height - 1) * level.width;
        plane(problem, GRADIENT_X)[pixel] = 0.5f * (image[row + right] - image[row + left]);
        plane(problem, GRADIENT_Y)[pixel] = 0.5f * (image[below + x] - image[above + x]);
        const Between across = find_between(x, step_x, coarser.width, problem.is_centre_aligned);
        const Between down = find_between(y, step_y, coarser.height, problem.is_centre_aligned);
        for (int component = 0; component < 2; ++component) {
            const float* flow = flow_plane(problem, slot.flow_side, component);
            float* entered = flow_plane(problem, slot.flow_side ^ 1, component);
            entered[pixel] = is_coarsest ? 0.0f
                                         : sample_bilinear(flow, coarser.width, across, down) *
                                               problem.shrink;
            dual_plane(problem, slot.dual_side, component, 0)[pixel] = 0.0f;
            dual_plane(problem, slot.dual_side, component, 1)[pixel] = 0.0f;
        }
    });
}
