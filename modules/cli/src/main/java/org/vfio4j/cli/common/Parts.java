/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.vfio4j.management.host.HostDevice;

/** Asks many devices a part at a time, so that a terminal can tell how far it is; where none looks, all at once. */
public final class Parts {
    private static final int SIZE = 64;

    private Parts() {}

    /** What {@code ask} answers for all of the devices, in its order within a part. */
    public static <T> List<T> of(List<HostDevice> devices, Function<List<HostDevice>, List<T>> ask, Terminal terminal) {
        if (!terminal.progress() || devices.size() <= SIZE) {
            return ask.apply(devices);
        }
        List<T> all = new ArrayList<>(devices.size());
        try (Progress progress = Progress.on(terminal)) {
            LongConsumer told = progress.things("devices asked", devices.size());
            for (int from = 0; from < devices.size(); from += SIZE) {
                all.addAll(ask.apply(devices.subList(from, Math.min(from + SIZE, devices.size()))));
                told.accept(all.size());
            }
        }
        return all;
    }
}
