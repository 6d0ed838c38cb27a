/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import org.vfio4j.vfio.MigrationStream;

/** A vendor's migration stream: never at once with another call of its device, and errors as the guard makes them. */
final class GuardedStream implements MigrationStream {
    private final MigrationStream stream;
    private final GuardedDevice device;
    private final AnswerCheck check;

    GuardedStream(MigrationStream stream, GuardedDevice device) {
        this.stream = stream;
        this.device = device;
        this.check = new AnswerCheck(device.guard());
    }

    @Override
    public int read(MemorySegment into) {
        return device.exclusively("read of a state", () -> check.count(stream.read(into), into.byteSize()));
    }

    @Override
    public int write(MemorySegment from) {
        return device.exclusively("write of a state", () -> check.count(stream.write(from), from.byteSize()));
    }

    @Override
    public PrecopyInfo precopyInfo() {
        return device.exclusively("VFIO_MIG_GET_PRECOPY_INFO", stream::precopyInfo);
    }

    @Override
    public void close() {
        device.exclusively("close of a state", () -> {
            stream.close();
            return true;
        });
    }
}
