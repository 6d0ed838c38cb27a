/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in a guest as its desktop would: asks the first card's monitor again and again which size it prefers, and shows a picture of that size:
   the numbers from 1 on, each with a newline. Prints each size that it sets, as 1280x800. follow-monitor [SECONDS BETWEEN TWO QUESTIONS] */
#include <drm/drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_MODES = 256, MAX_IDS = 16 };

struct shown {
  uint32_t frame, memory;
};

static int card;

static void must(int result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
}

/* Asks the driver, which asks the monitor: a call that has no room for modes makes it look anew. */
static int preferred(uint32_t connector, struct drm_mode_modeinfo *mode) {
  struct drm_mode_modeinfo modes[MAX_MODES];
  struct drm_mode_get_connector get = {.connector_id = connector};
  must(ioctl(card, DRM_IOCTL_MODE_GETCONNECTOR, &get), "GETCONNECTOR");
  if (get.count_modes == 0 || get.count_modes > MAX_MODES) return 0;
  get.modes_ptr = (uintptr_t)modes;
  get.count_props = get.count_encoders = 0;
  must(ioctl(card, DRM_IOCTL_MODE_GETCONNECTOR, &get), "GETCONNECTOR");
  uint32_t best = 0;
  while (best < get.count_modes && !(modes[best].type & DRM_MODE_TYPE_PREFERRED)) best++;
  *mode = modes[best < get.count_modes ? best : 0];
  return 1;
}

static void draw(uint8_t *to, size_t pitch, uint32_t width, uint32_t height) {
  char number[16];
  size_t length = 0, at = 0;
  uint32_t next = 1;
  for (uint32_t y = 0; y < height; y++)
    for (size_t x = 0; x < (size_t)width * 4; x++) {
      if (at == length) {
        length = (size_t)sprintf(number, "%u\n", next++);
        at = 0;
      }
      to[y * pitch + x] = (uint8_t)number[at++];
    }
}

static struct shown show(uint32_t crtc, uint32_t connector, struct drm_mode_modeinfo mode) {
  struct drm_mode_create_dumb memory = {.width = mode.hdisplay, .height = mode.vdisplay, .bpp = 32};
  must(ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &memory), "CREATE_DUMB");
  struct drm_mode_map_dumb place = {.handle = memory.handle};
  must(ioctl(card, DRM_IOCTL_MODE_MAP_DUMB, &place), "MAP_DUMB");
  uint8_t *pixels = mmap(NULL, memory.size, PROT_READ | PROT_WRITE, MAP_SHARED, card, (off_t)place.offset);
  must(pixels == MAP_FAILED ? -1 : 0, "mmap");
  draw(pixels, memory.pitch, memory.width, memory.height);
  munmap(pixels, memory.size);
  struct drm_mode_fb_cmd frame = {
      .width = memory.width, .height = memory.height, .pitch = memory.pitch, .bpp = 32, .depth = 24, .handle = memory.handle};
  must(ioctl(card, DRM_IOCTL_MODE_ADDFB, &frame), "ADDFB");
  struct drm_mode_crtc set = {.crtc_id = crtc,
                              .fb_id = frame.fb_id,
                              .set_connectors_ptr = (uintptr_t)&connector,
                              .count_connectors = 1,
                              .mode = mode,
                              .mode_valid = 1};
  must(ioctl(card, DRM_IOCTL_MODE_SETCRTC, &set), "SETCRTC");
  return (struct shown){frame.fb_id, memory.handle};
}

int main(int argc, char **argv) {
  useconds_t pause = (useconds_t)((argc > 1 ? atof(argv[1]) : 0.5) * 1e6);
  uint32_t crtcs[MAX_IDS], connectors[MAX_IDS];
  card = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
  must(card, "/dev/dri/card0");
  struct drm_mode_card_res all = {.crtc_id_ptr = (uintptr_t)crtcs,
                                  .connector_id_ptr = (uintptr_t)connectors,
                                  .count_crtcs = MAX_IDS,
                                  .count_connectors = MAX_IDS};
  must(ioctl(card, DRM_IOCTL_MODE_GETRESOURCES, &all), "GETRESOURCES");
  if (all.count_crtcs == 0 || all.count_connectors == 0) return fputs("the card has no output\n", stderr), 1;
  struct drm_mode_modeinfo mode, current = {0};
  struct shown last = {0};
  for (;; usleep(pause)) {
    if (!preferred(connectors[0], &mode) || (mode.hdisplay == current.hdisplay && mode.vdisplay == current.vdisplay)) continue;
    struct shown next = show(crtcs[0], connectors[0], mode);
    if (last.frame) {
      struct drm_mode_destroy_dumb gone = {.handle = last.memory};
      must(ioctl(card, DRM_IOCTL_MODE_RMFB, &last.frame), "RMFB");
      must(ioctl(card, DRM_IOCTL_MODE_DESTROY_DUMB, &gone), "DESTROY_DUMB");
    }
    last = next;
    current = mode;
    printf("%ux%u\n", mode.hdisplay, mode.vdisplay);
    fflush(stdout);
  }
}
