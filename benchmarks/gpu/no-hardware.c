// A libvulkan.so.1 of one driver (NO_HARDWARE_DRIVER), whose commands do nothing and succeed: for compile.ts, which compiles.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*Lookup)(void *, const char *);

static Lookup of_instance, of_device;

static long nothing(void) { return 0; }

/** Recording and submitting: what a driver without hardware has no code for. */
static int runs(const char *name) {
  static const char *const beginnings[] = {"vkCmd", "vkBeginCommandBuffer", "vkEndCommandBuffer", "vkResetCommand",
                                           "vkQueueSubmit", "vkQueueWait", "vkDeviceWait", "vkWaitFor", "vkGetFenceStatus"};
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    if (!strncmp(name, beginnings[i], strlen(beginnings[i]))) return 1;
  return 0;
}

static Function find_of_device(void *device, const char *name) {
  return runs(name) ? (Function)nothing : of_device(device, name);
}

Function vkGetInstanceProcAddr(void *instance, const char *name) {
  if (!of_instance) {
    void *driver = dlopen(getenv("NO_HARDWARE_DRIVER"), RTLD_NOW);
    if (!driver) {
      fprintf(stderr, "%s\n", dlerror());
      abort();
    }
    of_instance = (Lookup)dlsym(driver, "vk_icdGetInstanceProcAddr");
  }
  if (!strcmp(name, "vkGetDeviceProcAddr")) {
    of_device = (Lookup)of_instance(instance, name);
    return (Function)find_of_device;
  }
  return runs(name) ? (Function)nothing : of_instance(instance, name);
}
