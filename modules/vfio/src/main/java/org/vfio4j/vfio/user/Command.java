/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import org.jspecify.annotations.Nullable;

/**
 * The commands, with their numbers and how long a request may be, header included. DMA_READ and DMA_WRITE go from the server to the client,
 * all others from the client to the server.
 */
enum Command {
    VERSION(1, 20, 20 + 4096, 0),
    DMA_MAP(2, 48, 48, 1),
    DMA_UNMAP(3, 40, 40, 0),
    DEVICE_GET_INFO(4, 32, 32, 0),
    DEVICE_GET_REGION_INFO(5, 48, 48, 0),
    DEVICE_GET_REGION_IO_FDS(6, 32, 32, 0),
    DEVICE_GET_IRQ_INFO(7, 32, 32, 0),
    /** The data of DATA_BOOL, a byte an interrupt, stand behind it; eventfds travel beside it. */
    DEVICE_SET_IRQS(8, 36, 36 + Limits.INTERRUPTS, Limits.MESSAGE_FDS),
    REGION_READ(9, Wire.DATA, Wire.DATA, 0),
    REGION_WRITE(10, Wire.DATA, Wire.MAX_MESSAGE, 0),
    DMA_READ(11, Wire.DATA, Wire.DATA, 0),
    DMA_WRITE(12, Wire.DATA, Wire.MAX_MESSAGE, 0),
    DEVICE_RESET(13, Wire.HEADER, Wire.HEADER, 0),
    REGION_WRITE_MULTI(15, Wire.MULTI_ENTRIES, Wire.MAX_MESSAGE, 0),
    DEVICE_FEATURE(16, Wire.FEATURE_DATA, Wire.MAX_MESSAGE, 0),
    MIG_DATA_READ(17, Wire.MIGRATION_DATA, Wire.MIGRATION_DATA, 0),
    MIG_DATA_WRITE(18, Wire.MIGRATION_DATA, Wire.MAX_MESSAGE, 0),
    /** This library's own, as those below: only between two sides that both named {@link Capabilities#EXTENSION}. */
    QUERY_GFX_PLANE(0xf000, Wire.HEADER + 64, Wire.HEADER + 64, 0),
    GET_GFX_DMABUF(0xf001, 32, 32, 0),
    GET_PRECOPY_INFO(0xf002, 40, 40, 0);

    private static final int FIRST_OWN = 0xf000;
    private static final @Nullable Command[] BY_NUMBER = byNumber();

    private final int number;
    private final int shortest;
    private final int longest;
    private final int fds;

    Command(int number, int shortest, int longest, int fds) {
        this.number = number;
        this.shortest = shortest;
        this.longest = longest;
        this.fds = fds;
    }

    /** The command of that number, or null for one that this library does not know. */
    static @Nullable Command of(int number) {
        int place = number < FIRST_OWN ? number : number - FIRST_OWN + MIG_DATA_WRITE.number + 1;
        return place < BY_NUMBER.length && (number <= MIG_DATA_WRITE.number || number >= FIRST_OWN)
                ? BY_NUMBER[place]
                : null;
    }

    /** Whether it is this library's own. */
    boolean isExtension() {
        return number >= FIRST_OWN;
    }

    int number() {
        return number;
    }

    /** Whether a request may be so long, in bytes. */
    boolean takes(int size) {
        return size >= shortest && size <= longest;
    }

    /** How many descriptors a request may carry. */
    int fds() {
        return fds;
    }

    private static @Nullable Command[] byNumber() {
        int own = MIG_DATA_WRITE.number + 1;
        @Nullable Command[] commands = new @Nullable Command[own + GET_PRECOPY_INFO.number - FIRST_OWN + 1];
        for (Command command : values()) {
            commands[command.isExtension() ? own + command.number - FIRST_OWN : command.number] = command;
        }
        return commands;
    }
}
