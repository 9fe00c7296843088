// The device code as a library for the CPU; device_code.cpp is the text that NVRTC would be given.

#include "cuda_shim.h"

#include "device_code.cpp"

extern "C" {

long long size_of_level() { return sizeof(Level); }
long long size_of_slot() { return sizeof(Slot); }
long long size_of_problem() { return sizeof(Problem); }
int num_planes() { return NUM_PLANES; }
int quantize_pixels(float pixels, float levels_per_pixel) {
    return quantize(pixels, levels_per_pixel);
}

// Runs one kernel to its end; blocks, and the warps of each, from the first or from the last.
void launch(int is_iterate, unsigned grid_x, unsigned grid_y, unsigned threads_x,
            unsigned threads_y, const Problem* problem, int is_reversed) {
    shim::run_grid({grid_x, grid_y, 1}, {threads_x, threads_y, 1}, is_reversed, [=] {
        if (is_iterate) {
            iterate(*problem);
        } else {
            prepare(*problem);
        }
    });
}
}
