// What the kernels share: the batch, the slots that pairs are solved in, and their memory.
//
// A slot holds one pair and where it stands in its program (program.cu). Each launch takes every
// slot one step further, each at a level and a warp of its own, so no pair waits for another.
//
// Compiled with COLUMNS, ROWS, WARPS, HALO, BLOCKS (tiling.py) and MEDIAN_PIXELS (median.cu). The
// structures have twins in layout.py. An image has fewer than 2^30 pixels.

enum Step { SHRINK, ENTER, LINEARISE, MEDIAN, ITERATE, DELIVER, IDLE };

struct Level {
    int width, height;
    int tiles_x, tiles_y;  // of the iterations
    long long offset;      // of its pixels in a pyramid
};

struct Slot {
    int pair;
    int step;
    int level;        // in work; ENTER goes from it to the next finer one
    int warp;
    int iteration;    // of the warp, done
    int run;          // iterations of the next launch
    int until_check;  // iterations up to, and with, the next whose error is asked for
    int flow_side, dual_side;  // which of the two copies is valid
    int num_arrived;  // blocks that have done their part of the step
    double error;     // the last one asked for
};

struct Problem {
    const unsigned char* pairs;  // (num_pairs, 2, height, width)
    float* flow;                 // (num_pairs, height, width, 2), x first; or null
    unsigned char* stored;       // the same in 8 bits; or null
    int* num_clipped;            // (num_pairs)
    const Level* levels;         // (num_levels), the finest first
    Slot* slots;                 // (num_slots)
    float* memory;               // (num_slots, floats_per_slot)
    double* sums;                // (num_slots, max_tiles, HALO): |u' - u|^2 of tiles and iterations
    int* progress;               // three numbers, below
    long long floats_per_slot, floats_per_pyramid, floats_per_plane;
    double epsilon_squared;
    float theta, data_limit, dual_rate;  // theta, lambda theta, tau / theta
    float shrink, cubic_a;  // shrink: 1 / the scale step
    float bound_pixels, levels_per_pixel;
    int num_pairs, num_levels, num_warps, inner_iterations, max_iterations, max_tiles;
    int is_border_zero, is_centre_aligned, has_median, checks_every_iteration;
};

enum Progress { NUM_BEGUN, NUM_FINISHED, NUM_NOT_FINITE };  // pairs, pairs, vectors of flow

// A slot's memory: the pyramids of both images, then these planes of the finest level's size.
enum Plane {
    GRADIENT_X,  // of I1
    GRADIENT_Y,
    WARPED_X,  // g, the gradient at x + u
    WARPED_Y,
    CONSTANT,  // rho - g u
    FLOW,      // 2 copies of u1 u2
    DUAL = FLOW + 2 * 2,  // 2 copies of p11 p12 p21 p22
    NUM_PLANES = DUAL + 2 * 4
};

// The slot of a block is blockIdx.y.
__device__ inline float* pyramid_image(const Problem& problem, int number, int level) {
    return problem.memory + blockIdx.y * problem.floats_per_slot +
           number * problem.floats_per_pyramid + problem.levels[level].offset;
}

__device__ inline float* plane(const Problem& problem, int number) {
    return problem.memory + blockIdx.y * problem.floats_per_slot + 2 * problem.floats_per_pyramid +
           number * problem.floats_per_plane;
}

__device__ inline float* flow_plane(const Problem& problem, int side, int component) {
    return plane(problem, FLOW + 2 * side + component);
}

__device__ inline float* dual_plane(const Problem& problem, int side, int component, int axis) {
    return plane(problem, DUAL + 4 * side + 2 * component + axis);
}
