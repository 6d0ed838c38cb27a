/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in the guest of bench/vnc: draws straight into a display's memory, what the serial line says.
   vnc-guest RESOURCE WIDTH HEIGHT TTY */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { FRAMES = 8, SIDE = 64 };

static int width, height, tty;
static uint32_t *screen;

static long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void rest_us(long us) {
  struct timespec t = {us / 1000000, us % 1000000 * 1000};
  if (us > 0) nanosleep(&t, NULL);
}

/* A film: everything changes, in steps and with a little noise, as a camera sees it. */
static void film(uint32_t *to, int frame) {
  uint32_t seed = frame + 1;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      seed = seed * 1664525u + 1013904223u;
      uint32_t grain = seed >> 29;
      to[y * width + x] = ((x / 4 + frame * 16 + grain) & 255) << 16 | ((y / 4 + frame * 8 + grain) & 255) << 8 |
                          (((x + y) / 8 + frame * 4 + grain) & 255);
    }
}

/* A desktop: a window of text that moves over a plain background. */
static void desktop(uint32_t *to, int frame) {
  for (int i = 0; i < width * height; i++) to[i] = 0x2b4a6b;
  int left = 100 + frame * 24, top = 80 + frame * 16;
  for (int y = 0; y < 600; y++)
    for (int x = 0; x < 800; x++) {
      uint32_t letter = (uint32_t)(x / 8 * 31 + y / 16 * 17) * 2654435761u;
      int ink = y < 24 ? 0 : (letter >> ((x % 8) + (y % 16))) & 1 && y % 16 > 3 && x % 8 > 1;
      to[(top + y) * width + left + x] = y < 24 ? 0x404040 : ink ? 0x101010 : 0xf4f4f4;
    }
}

static void play(uint32_t *frames) {
  static int number;
  long begin = now_us();
  memcpy(screen, frames + (size_t)(number++ % FRAMES) * width * height, (size_t)width * height * 4);
  rest_us(16667 - (now_us() - begin));
}

/* Says on the line that it draws now, and draws a square of that grey. */
static void blink(long pause_us, int times) {
  static unsigned char grey = 10;
  for (int i = 0; i < times; i++) {
    rest_us(pause_us + random() % (pause_us / 2));
    grey = grey % 250 + 1;
    if (write(tty, &grey, 1) != 1) exit(1);
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++) screen[y * width + x] = grey * 0x10101u;
  }
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  width = atoi(argv[2]);
  height = atoi(argv[3]);
  size_t bytes = (size_t)width * height * 4;
  int resource = open(argv[1], O_RDWR);
  tty = open(argv[4], O_RDWR | O_NONBLOCK);
  screen = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, resource, 0);
  uint32_t *films = malloc(bytes * FRAMES), *desktops = malloc(bytes * FRAMES);
  if (screen == MAP_FAILED || tty < 0 || !films || !desktops) return perror("vnc-guest"), 1;
  for (int i = 0; i < FRAMES; i++) {
    film(films + i * bytes / 4, i);
    desktop(desktops + i * bytes / 4, i);
  }
  char wanted = 's', read_now;
  if (write(tty, "!", 1) != 1) return 1;
  for (;;) {
    if (read(tty, &read_now, 1) == 1) wanted = read_now;
    switch (wanted) {
      case 'f': play(films); break;
      case 'd': play(desktops); break;
      case 'b': blink(100000, 1); break;
      case 'i': blink(3000000, 1); break;
      case 'q': return 0;
      default: rest_us(20000);
    }
  }
}
