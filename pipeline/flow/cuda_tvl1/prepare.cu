// The kernel of all steps but the iterations: a grid of (blocks, slots), of which each block does a
// share of its slot's pixels. Slots that iterate are left alone.

constexpr int BLOCKS_AT_A_TIME = 4;  // of a multiprocessor: 64 registers a thread

extern "C" __global__ void __launch_bounds__(BLOCK_WIDTH* BLOCK_HEIGHT, BLOCKS_AT_A_TIME)
    prepare(const __grid_constant__ Problem problem) {
    const Slot slot = problem.slots[blockIdx.y];
    switch (slot.step) {
        case SHRINK:
            shrink(problem, slot);
            break;
        case ENTER:
            enter_level(problem, slot);
            break;
        case LINEARISE:
            linearise(problem, slot);
            break;
        case MEDIAN:
            filter_by_median(problem, slot);
            break;
        case DELIVER:
            deliver(problem, slot);
            break;
        default:
            return;
    }
    arrive(problem, gridDim.x);
}
