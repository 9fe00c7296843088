// A libcuda.so.1 for machines without one: one device, its memory that of the process, its kernels
// those of the shim. Only the functions that the backend calls; the signatures are the driver's.

#include <dlfcn.h>

#include "shim.cpp"

enum { SUCCESS = 0, INVALID_VALUE = 1, NO_DEVICE = 100, INVALID_IMAGE = 200, NOT_FOUND = 500 };

typedef unsigned long long Address;

static int num_contexts;  // made current: without one, memory is refused, as by a driver

static int setting(const char* name, int otherwise) {
    const char* value = getenv(name);
    return value ? atoi(value) : otherwise;
}

extern "C" {

int cuGetProcAddress_v2(const char* symbol, void** function, int, unsigned long long, int* status) {
    char versioned[128];
    snprintf(versioned, sizeof versioned, "fake_%s", symbol);
    *function = dlsym(RTLD_DEFAULT, versioned);
    if (status) *status = *function ? 0 : 1;
    return *function ? SUCCESS : NOT_FOUND;
}

int fake_cuInit(unsigned) { return setting("FAKE_DEVICES", 1) ? SUCCESS : NO_DEVICE; }
int fake_cuDeviceGetCount(int* count) {
    *count = setting("FAKE_DEVICES", 1);
    return SUCCESS;
}
int fake_cuDeviceGet(int* device, int) {
    *device = 0;
    return SUCCESS;
}
int fake_cuDeviceGetAttribute(int* value, int attribute, int) {
    const int capability = setting("FAKE_CAPABILITY", 90);
    if (attribute == 16) *value = setting("FAKE_PROCESSORS", 2);  // MULTIPROCESSOR_COUNT
    if (attribute == 75) *value = capability / 10;
    if (attribute == 76) *value = capability % 10;
    return attribute == 16 || attribute == 75 || attribute == 76 ? SUCCESS : INVALID_VALUE;
}
int fake_cuDevicePrimaryCtxRetain(void** context, int) {
    *context = &num_contexts;
    return SUCCESS;
}
int fake_cuCtxSetCurrent(void* context) {
    num_contexts += context == &num_contexts;
    return SUCCESS;
}
int fake_cuMemGetInfo(size_t* free_bytes, size_t* total) {
    *free_bytes = *total = 1 << 30;
    return num_contexts ? SUCCESS : INVALID_VALUE;
}
int fake_cuModuleLoadData(void** module, const void* image) {
    *module = &num_contexts;
    const bool is_code = !memcmp(image, "\177ELF", 4) || strstr((const char*)image, ".version");
    return is_code ? SUCCESS : INVALID_IMAGE;  // machine code, or PTX
}
int fake_cuModuleGetFunction(void** function, void*, const char* name) {
    *function = (void*)(strcmp(name, "iterate") ? 16L : 32L);
    return SUCCESS;
}
int fake_cuStreamCreate(void** stream, unsigned) {
    *stream = new int;
    return SUCCESS;
}
int fake_cuStreamSynchronize(void*) { return SUCCESS; }
int fake_cuStreamDestroy(void* stream) {
    delete (int*)stream;
    return SUCCESS;
}
int fake_cuMemAlloc(Address* address, size_t num_bytes) {
    *address = (Address)memset(malloc(num_bytes), 0xff, num_bytes);
    return num_contexts ? SUCCESS : INVALID_VALUE;
}
int fake_cuMemFree(Address address) {
    free((void*)address);
    return SUCCESS;
}
int fake_cuMemAllocHost(void** memory, size_t num_bytes) {
    *memory = malloc(num_bytes);
    return SUCCESS;
}
int fake_cuMemFreeHost(void* memory) {
    free(memory);
    return SUCCESS;
}
int fake_cuMemcpyHtoDAsync(Address to, const void* from, size_t num_bytes, void*) {
    memcpy((void*)to, from, num_bytes);
    return SUCCESS;
}
int fake_cuMemcpyDtoHAsync(void* to, Address from, size_t num_bytes, void*) {
    memcpy(to, (void*)from, num_bytes);
    return SUCCESS;
}
int fake_cuEventCreate(void** event, unsigned) {
    *event = new int;
    return SUCCESS;
}
int fake_cuEventRecord(void*, void*) { return SUCCESS; }
int fake_cuEventSynchronize(void*) { return SUCCESS; }
int fake_cuEventDestroy(void* event) {
    delete (int*)event;
    return SUCCESS;
}
int fake_cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                        unsigned threads_x, unsigned threads_y, unsigned threads_z,
                        unsigned shared_bytes, void*, void** arguments, void** extra) {
    if (grid_z != 1 || threads_z != 1 || shared_bytes || extra) return INVALID_VALUE;
    launch(function == (void*)32L, grid_x, grid_y, threads_x, threads_y, (Problem*)arguments[0], 0);
    return SUCCESS;
}
}
